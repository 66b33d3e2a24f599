// `npm start`: build what has changed, then run. One process, so that Ctrl-C and exit codes mean what they say.
import { build } from './build.js'

stopWithNpm()
try {
  await build({ log: console.log })
  await import('../dist/start.js')
} catch (error) {
  if (!error.errors) console.error(error.message)
  process.exitCode = 1
}

/** When npm is killed it cannot tell us; we notice that our parent has changed, and stop as for Ctrl-C. */
function stopWithNpm() {
  if (!process.env.npm_lifecycle_event) return
  const parent = process.ppid
  setInterval(() => process.ppid === parent || process.kill(process.pid, 'SIGTERM'), 500).unref()
}
