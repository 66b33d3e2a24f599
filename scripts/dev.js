// `npm run dev`: like `npm start`, but builds again and restarts web and worker when a source or a template changes.
import { fork } from 'node:child_process'
import { existsSync, watch } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from './build.js'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const WATCHED = ['src', 'views', 'public', 'prisma/schema.prisma', 'prisma/migrations']
const QUIET = 150

await tryBuild()
const start = fork(join(root, 'dist', 'start.js'), { cwd: root, stdio: 'inherit' })
start.once('exit', (code) => process.exit(code ?? 1))
// A terminal sends Ctrl-C to both of us; we end when it has ended. Others signal only us.
process.on('SIGINT', () => {})
for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => start.kill(signal))

let timer
for (const path of WATCHED.map((name) => join(root, name)).filter(existsSync)) {
  watch(path, { recursive: true }, (_event, file) => {
    if (file && /(^\.|~$|\.swp$)/.test(file)) return
    clearTimeout(timer)
    timer = setTimeout(changed, QUIET)
  })
}

let working = false
let again = false
async function changed() {
  if (working) return void (again = true)
  working = true
  const began = performance.now()
  if (await tryBuild()) {
    console.log(`Changed: built in ${Math.round(performance.now() - began)} ms, restarting web and worker.`)
    if (start.connected) start.send('restart')
  }
  working = false
  if (again) {
    again = false
    void changed()
  }
}

async function tryBuild() {
  try {
    await build()
    return true
  } catch (error) {
    if (!error.errors) console.error(error.message)
    return false
  }
}
