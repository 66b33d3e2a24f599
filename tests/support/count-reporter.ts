import { writeFileSync } from 'node:fs'
import type { Reporter, TestModule } from 'vitest/node'

/** Leaves the numbers of the run where scripts/test.js finds them: it prints them last, after everything else. */
export default class CountReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const file = process.env.LECTERN_COUNT_FILE
    if (!file) return
    const count = { passed: 0, failed: errors.length, skipped: 0 }
    for (const module of modules) {
      let own = 0
      for (const test of module.children.allTests()) {
        const { state } = test.result()
        if (state === 'failed') own++
        else if (state === 'passed') count.passed++
        else count.skipped++
      }
      // A file that could not be loaded, or a failing beforeAll, fails without a failed test.
      count.failed += module.state() === 'failed' && own === 0 ? 1 : own
    }
    writeFileSync(file, JSON.stringify(count))
  }
}
