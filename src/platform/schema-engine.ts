import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { PrismaPg } from '@prisma/adapter-pg'
import { bindMigrationAwareSqlAdapterFactory, DriverAdapterError } from '@prisma/driver-adapter-utils'
import type * as engine from '@prisma/schema-engine-wasm'
import pg, { type DatabaseError } from 'pg'

type Bindings = typeof engine & { __wbg_set_wasm(exports: WebAssembly.Exports): void }

/**
 * Lends Prisma's schema engine, as WebAssembly, talking to Postgres through `pg`. The native engine would have to be
 * downloaded from outside the npm registry. Every connection is closed again afterwards.
 */
export async function withSchemaEngine<T>(connectionString: string, work: (engine: engine.SchemaEngine) => Promise<T>): Promise<T> {
  const { SchemaEngine } = await (bindings ??= loadBindings())
  const pool = new pg.Pool({ connectionString, connectionTimeoutMillis: 5_000 })
  pool.on('error', () => undefined)
  try {
    const engine = await SchemaEngine.new({ datamodels: undefined }, () => undefined, bindMigrationAwareSqlAdapterFactory(new WholeScripts(pool)))
    return await work(engine).finally(() => engine.free())
  } finally {
    await pool.end()
  }
}

/**
 * Prisma's adapter cuts a script at every semicolon, also inside comments, strings and function bodies, and sends the
 * pieces one by one. Postgres can take the script whole, and then applies all of it or nothing.
 */
class WholeScripts extends PrismaPg {
  override async connect() {
    return sendingWholeScripts(await super.connect())
  }

  /** The original would connect to the database itself instead of an empty one, and apply every migration to it again. */
  override connectToShadowDb(): Promise<never> {
    return Promise.reject(new Error('Nothing here may use a shadow database.'))
  }
}

type Adapter = Awaited<ReturnType<PrismaPg['connect']>>

function sendingWholeScripts(adapter: Adapter): Adapter {
  adapter.executeScript = async (script) => {
    try {
      await adapter.underlyingDriver().query(script)
    } catch (error) {
      throw new DriverAdapterError(described(error as DatabaseError))
    }
  }
  return adapter
}

const described = (error: DatabaseError): ConstructorParameters<typeof DriverAdapterError>[0] => ({
  kind: 'postgres',
  code: error.code ?? 'N/A',
  severity: error.severity ?? 'N/A',
  message: error.position ? `${error.message} (at character ${error.position})` : error.message,
  detail: error.detail,
  column: error.column,
  hint: error.hint,
})

/** Loaded once: the package keeps one instance in a variable of its module, and a second would tread on the first. */
let bindings: Promise<Bindings> | undefined

/** Node 20 cannot import a .wasm file, which the package's own entry does, so it is wired up by hand. */
async function loadBindings(): Promise<Bindings> {
  const glue = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm/schema_engine_bg')
  const loaded = (await import(pathToFileURL(glue).href)) as Bindings
  const bytes = await readFile(join(dirname(glue), 'schema_engine_bg.wasm'))
  const { instance } = await WebAssembly.instantiate(bytes, { './schema_engine_bg.js': withoutLingeringTimers(loaded) })
  loaded.__wbg_set_wasm(instance.exports)
  // Where the engine leaves its last words when it panics; without it the panic itself fails, and says nothing.
  Object.assign(globalThis, { PRISMA_WASM_PANIC_REGISTRY: { set_message: (message: string) => process.emitWarning(message) } })
  ;(instance.exports.__wbindgen_start as () => void)()
  return loaded
}

/** The engine leaves its ten-second limit on the migration lock running; it must not keep our process alive that long. */
function withoutLingeringTimers(loaded: Bindings): WebAssembly.ModuleImports {
  const imports = { ...(loaded as unknown as WebAssembly.ModuleImports) }
  for (const [name, original] of Object.entries(imports)) {
    if (!name.startsWith('__wbg_setTimeout_') || typeof original !== 'function') continue
    imports[name] = (...input: unknown[]) => (original(...input) as NodeJS.Timeout).unref()
  }
  return imports
}
