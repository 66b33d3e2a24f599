// Builds what runs: the Prisma client, the server's entry points and the browser's files. Each of the three is skipped
// when its inputs have not changed, so that a second `npm start` spends no time here. See docs/decisions/0002-build.md.
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, readdirSync, rmSync, statSync, utimesSync } from 'node:fs'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { basename, dirname, extname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { spawnSync } from 'node:child_process'
import zlib from 'node:zlib'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const dist = join(root, 'dist')
const stampsFile = join(dist, 'stamps.json')
const DAY = 24 * 60 * 60 * 1000

const PROCESSES = ['web', 'worker', 'cli', 'start']
const TEXT = new Set(['.css', '.js', '.svg', '.json', '.txt', '.webmanifest', '.xml', '.map', '.ico'])

const PARTS = [
  { name: 'prisma', inputs: ['prisma/schema.prisma', 'package-lock.json'], output: 'prisma/client/client.ts', build: generateClient },
  { name: 'server', inputs: ['src', 'prisma/schema.prisma', 'package-lock.json', 'scripts/build.js'], output: 'dist/start.js', build: buildServer },
  { name: 'public', inputs: ['public', 'src/browser', 'package-lock.json', 'scripts/build.js'], output: 'dist/public/manifest.json', build: buildPublic },
]

/** Builds what has changed and returns the names of the parts built. Throws with a readable message. */
export async function build({ log = () => {} } = {}) {
  const stamps = readStamps()
  const stale = PARTS.map((part) => ({ ...part, hash: hashOf(part.inputs) })).filter(({ name, hash, output }) => stamps[name] !== hash || !existsSync(join(root, output)))
  for (const { name, hash, build: make } of stale) {
    const began = performance.now()
    await make()
    await writeStamp(name, hash)
    log(`Built ${name} in ${Math.round(performance.now() - began)} ms.`)
  }
  // Its service would stay as a child process for as long as we run.
  if (stale.length > 0) await (await import('esbuild')).stop()
  return stale.map(({ name }) => name)
}

function generateClient() {
  const cli = join(root, 'node_modules', 'prisma', 'build', 'index.js')
  const env = { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.env.PRISMA_SCHEMA_ENGINE_BINARY || process.execPath, PRISMA_HIDE_UPDATE_MESSAGE: '1', CHECKPOINT_DISABLE: '1' }
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, 'generate', '--no-hints'], { cwd: root, env, encoding: 'utf8' })
  if (status !== 0) throw new Error(`prisma generate failed:\n${stdout}${stderr}`)
}

async function buildServer() {
  const esbuild = await import('esbuild')
  const { metafile } = await esbuild.build({
    absWorkingDir: root,
    entryPoints: PROCESSES.map((name) => `src/${name}.ts`).filter((file) => existsSync(join(root, file))),
    outdir: 'dist',
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    alias: { '#prisma': join(root, 'prisma/client/client.ts') },
    sourcemap: true,
    metafile: true,
    logLevel: 'warning',
  })
  keepOnlyRecent(join(dist, 'chunks'), Object.keys(metafile.outputs).map((file) => join(root, file)))
}

/**
 * public/css/{site,admin,outbox}.css and each public/js/*.js and src/browser/*.ts become one small file; the rest of public/ is
 * copied. Every name carries a hash of the content, and manifest.json maps the plain name to the hashed one.
 */
async function buildPublic() {
  const manifest = {}
  const files = list(join(root, 'public')).map((file) => relative(join(root, 'public'), file))
  for (const file of files.filter((name) => !/^(css|js)\//.test(name))) {
    await put(manifest, file, await readFile(join(root, 'public', file)))
  }
  for (const file of files.filter((name) => /^css\/(site|admin|outbox)\.css$/.test(name))) await put(manifest, file, await bundleStyles(file, manifest))
  await bundleScripts(manifest, [...files.filter((name) => /^js\/[^/]+\.js$/.test(name)).map((name) => `public/${name}`), ...browserEntries()])
  await writeWhole(join(dist, 'public', 'manifest.json'), JSON.stringify(manifest, null, 2))
  const kept = Object.values(manifest).map((name) => join(dist, 'public', name))
  keepOnlyRecent(join(dist, 'public'), [...kept, ...kept.flatMap((name) => [`${name}.br`, `${name}.gz`]), join(dist, 'public', 'manifest.json')])
}

async function bundleStyles(file, manifest) {
  const esbuild = await import('esbuild')
  // An address in a style sheet must lead to the hashed copy: url('../images/x.svg') is looked up in the manifest.
  const hashedAddresses = {
    name: 'hashed-addresses',
    setup: (plugin) =>
      plugin.onResolve({ filter: /^[./]/ }, ({ path, kind, resolveDir }) => {
        if (kind !== 'url-token') return
        const name = path.startsWith('/') ? path.slice(1).replace(/^(assets|public)\//, '') : relative(join(root, 'public'), join(resolveDir, path))
        const hashed = manifest[name]
        return hashed ? { path: relative(dirname(file), hashed), external: true } : { errors: [{ text: `There is no public/${name}` }] }
      }),
  }
  const { outputFiles } = await esbuild.build({ absWorkingDir: root, entryPoints: [`public/${file}`], bundle: true, minify: true, write: false, target: ['chrome111', 'firefox113', 'safari16.4'], plugins: [hashedAddresses], logLevel: 'warning' })
  return Buffer.from(outputFiles[0].contents)
}

/** Modules that several entries share become chunks of their own, so that each is loaded, and runs, once. */
async function bundleScripts(manifest, entryPoints) {
  if (entryPoints.length === 0) return
  const esbuild = await import('esbuild')
  const { outputFiles, metafile } = await esbuild.build({
    absWorkingDir: root, entryPoints, outdir: 'js', entryNames: '[name].[hash]', chunkNames: 'chunk.[hash]',
    bundle: true, splitting: true, minify: true, format: 'esm', target: ['chrome111', 'firefox113', 'safari16.4'], write: false, metafile: true, logLevel: 'warning',
  })
  for (const { path, contents } of outputFiles) {
    const name = `js/${basename(path)}`
    const entry = metafile.outputs[name]?.entryPoint
    manifest[entry ? `js/${basename(entry).replace(/\.ts$/, '.js')}` : name] = name
    await write(name, Buffer.from(contents))
  }
}

function browserEntries() {
  const folder = join(root, 'src', 'browser')
  if (!existsSync(folder)) return []
  return readdirSync(folder).filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts')).map((name) => `src/browser/${name}`)
}

async function put(manifest, name, contents) {
  const hash = createHash('sha256').update(contents).digest('hex').slice(0, 8)
  const extension = extname(name)
  manifest[name] = `${name.slice(0, name.length - extension.length)}.${hash}${extension}`
  await write(manifest[name], contents)
}

/** Written once: the name says what is inside. Compressed here, at the highest level, so that no request pays for it. */
async function write(name, contents) {
  const file = join(dist, 'public', name)
  const isText = TEXT.has(extname(name))
  if (existsSync(file) && (!isText || existsSync(`${file}.br`))) return [file, `${file}.br`, `${file}.gz`].forEach(touch)
  await mkdir(dirname(file), { recursive: true })
  await writeWhole(file, contents)
  if (!isText) return
  const brotli = { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 11, [zlib.constants.BROTLI_PARAM_SIZE_HINT]: contents.length } }
  const [gz, br] = await Promise.all([promisify(zlib.gzip)(contents, { level: 9 }), promisify(zlib.brotliCompress)(contents, brotli)])
  await writeWhole(`${file}.gz`, gz)
  await writeWhole(`${file}.br`, br)
}

/** Files of earlier builds stay for a day: a page or a process that still runs may ask for them. */
function keepOnlyRecent(folder, current) {
  const keep = new Set(current)
  for (const file of existsSync(folder) ? list(folder) : []) {
    if (!keep.has(file) && Date.now() - statSync(file).mtimeMs > DAY) rmSync(file, { force: true })
  }
}

const touch = (file) => existsSync(file) && utimesSync(file, new Date(), new Date())

/** Renamed into place, so that a process that reads meanwhile finds the old file or the new one, never half of one. */
async function writeWhole(file, contents) {
  const partial = `${file}.${process.pid}`
  await writeFile(partial, contents)
  await rename(partial, file)
}

function readStamps() {
  try {
    return JSON.parse(readFileSync(stampsFile, 'utf8'))
  } catch {
    return {}
  }
}

async function writeStamp(name, hash) {
  await mkdir(dist, { recursive: true })
  await writeWhole(stampsFile, JSON.stringify({ ...readStamps(), [name]: hash }, null, 2))
}

function hashOf(inputs) {
  const hash = createHash('sha256')
  for (const file of inputs.flatMap((input) => list(join(root, input)))) hash.update(`${relative(root, file)}\0`).update(readFileSync(file)).update('\0')
  return hash.digest('hex')
}

/** The files at or below a path, sorted; none when it does not exist. */
function list(path) {
  if (!existsSync(path)) return []
  if (!statSync(path).isDirectory()) return [path]
  return readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath ?? entry.path, entry.name)).sort()
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    const built = await build({ log: console.log })
    if (built.length === 0) console.log('Nothing to build: no input has changed.')
  } catch (error) {
    // esbuild has already shown its own errors with their places.
    if (!error.errors) console.error(error.message)
    process.exitCode = 1
  }
}
