import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    globalSetup: ['tests/support/global-setup.ts'],
    setupFiles: [],
    // Processes, not threads: each has its own database, and native modules (argon2, sharp) are loaded once per process.
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 15_000,
    hookTimeout: 30_000,
    teardownTimeout: 30_000,
    sequence: { groupOrder: 0 },
    restoreMocks: true,
    unstubEnvs: true,
    unstubGlobals: true,
  },
})
