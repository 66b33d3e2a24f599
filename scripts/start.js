// `npm start`: build what has changed, then run. One process, so that Ctrl-C and exit codes mean what they say.
import { build } from './build.js'

try {
  await build({ log: console.log })
  await import('../dist/start.js')
} catch (error) {
  if (!error.errors) console.error(error.message)
  process.exitCode = 1
}
