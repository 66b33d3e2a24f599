// `npm run cli -- <command>`: builds what has changed, without a word, then runs the command.
import { build } from './build.js'

try {
  await build()
  await import('../dist/cli.js')
} catch (error) {
  if (!error.errors) console.error(error.message)
  process.exitCode = 1
}
