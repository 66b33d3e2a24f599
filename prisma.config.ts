import { defineConfig } from 'prisma/config'

// `prisma generate` looks for a native schema engine although it never runs it, and would download one from outside the
// npm registry. Any existing file satisfies it; migrations run on the WebAssembly engine (src/platform/migrate.ts).
process.env.PRISMA_SCHEMA_ENGINE_BINARY ??= process.execPath

export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations' },
  ...(process.env.DATABASE_URL ? { datasource: { url: process.env.DATABASE_URL } } : {}),
})
