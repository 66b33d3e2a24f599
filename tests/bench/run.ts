// `npm run bench [-- name]`: named benchmarks. They print figures and ratios; nothing in `npm test` depends on the clock.
import { reading } from './reading.ts'

const benchmarks: Record<string, () => Promise<void>> = { reading }

const wanted = process.argv[2] ?? 'reading'
const benchmark = benchmarks[wanted]
if (benchmark === undefined) {
  console.error(`There is no benchmark “${wanted}”. There are: ${Object.keys(benchmarks).join(', ')}.`)
  process.exit(1)
}
await benchmark()
process.exit(0)
