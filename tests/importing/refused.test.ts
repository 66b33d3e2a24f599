import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { importFolder } from '../../src/importing/import-folder.ts'
import { disk } from '../../src/providers/disk/disk.ts'
import { sharpImages } from '../../src/providers/sharp/sharp.ts'
import { openBench, type Bench } from '../support/worker-services.ts'

let bench: Bench
let folder: string

beforeAll(async () => {
  bench = await openBench()
  folder = await mkdtemp(join(tmpdir(), 'lectern-refused-'))
})

afterAll(async () => {
  await bench.close()
  await rm(folder, { recursive: true, force: true })
})

const files = () => join(folder, 'files')
const run = (path: string, dryRun = false) =>
  importFolder(bench.services({ storage: disk(files()), images: sharpImages() }), path, { dryRun, overwrite: false, original: null, onProgress: () => undefined })

it('A picture that only its processing refuses changes nothing the second time', async () => {
  const texts = await mkdtemp(join(folder, 'texts-'))
  await sharp({ create: { width: 8_000, height: 6_000, channels: 3, background: '#a33' }, limitInputPixels: false }).png().toFile(join(texts, 'huge.png'))
  await writeFile(join(texts, 'wall.md'), '# A wall\n\n![Wall](huge.png)\n')
  const problem = { file: 'wall.md', line: 3, what: 'the picture huge.png is not taken: the picture is too large: at most 40 million pixels' }
  expect(await run(texts)).toMatchObject({ created: [{ file: 'wall.md' }], refused: [problem], pictures: 0 })
  expect(await run(texts)).toMatchObject({ created: [], changed: [], left: [{ file: 'wall.md' }], refused: [problem] })
})

it('A dry run refuses what the import would refuse, in plain words', async () => {
  const texts = await mkdtemp(join(folder, 'texts-'))
  await writeFile(join(texts, 'long.md'), `# ${'A'.repeat(201)}\n\nText.\n`)
  const refused = [{ file: 'long.md', line: null, what: 'The title is too long: at most 200 characters' }]
  expect(await run(texts, true)).toMatchObject({ created: [], refused })
  expect(await run(texts)).toMatchObject({ created: [], refused })
})
