// `npm test`: everything that says whether this is good, in the order of what fails fastest. Stops at the first step that
// fails. The last line is the count of tests: "N passed, N failed", with ", N skipped" only when there are skips.
import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const bin = (name, ...path) => [process.execPath, join(root, 'node_modules', name, ...path)]
const countFile = join(root, 'node_modules', '.cache', 'lectern', `count-${process.pid}.json`)

const STEPS = [
  ['Build', [process.execPath, join(root, 'scripts', 'build.js')]],
  ['Type check', bin('typescript', 'bin', 'tsc')],
  ['Lint', [...bin('eslint', 'bin', 'eslint.js'), '--max-warnings', '0', '.']],
  ['Import boundaries', [...bin('dependency-cruiser', 'bin', 'dependency-cruise.mjs'), '--config', '.dependency-cruiser.cjs', 'src']],
  ['Tests', [...bin('vitest', 'vitest.mjs'), 'run', '--reporter=default', '--reporter=./tests/support/count-reporter.ts', ...process.argv.slice(2)]],
]

let running = null
let interrupted = false
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    interrupted = true
    running?.kill(signal)
  })
}

mkdirSync(dirname(countFile), { recursive: true })
for (const [name, command] of STEPS) {
  const began = performance.now()
  const code = await run(command)
  const seconds = ((performance.now() - began) / 1000).toFixed(1)
  if (name === 'Tests') process.exit(finish(code))
  if (code !== 0) {
    console.error(interrupted ? 'Interrupted.' : `${name} failed (${seconds} s): what is wrong stands above. Nothing after it was run.`)
    process.exit(code || 1)
  }
  console.log(`${name}: good (${seconds} s)`)
}

function run([program, ...args]) {
  return new Promise((done) => {
    running = spawn(program, args, { cwd: root, stdio: 'inherit', env: { ...process.env, LECTERN_COUNT_FILE: countFile } })
    running.once('error', (error) => (console.error(error.message), done(1)))
    running.once('exit', (code, signal) => done(signal ? 1 : code))
  })
}

/** A file that cannot be loaded, or an error outside every test, has no failed test; it still counts as one. */
function finish(code) {
  const { passed, failed, skipped } = readCount()
  const failures = code !== 0 && failed === 0 ? 1 : failed
  console.log(`${passed} passed, ${failures} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
  return failures > 0 || passed === 0 ? 1 : 0
}

function readCount() {
  try {
    return JSON.parse(readFileSync(countFile, 'utf8'))
  } catch {
    return { passed: 0, failed: 1, skipped: 0 }
  } finally {
    rmSync(countFile, { force: true })
  }
}
