import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { languages, loadGrammar } from '../../src/markdown/languages.ts'
import { prepare } from '../../src/markdown/highlight.ts'

const css = (name: string): string => readFileSync(new URL(`../../public/css/${name}`, import.meta.url), 'utf8')

type Colour = [red: number, green: number, blue: number]

/** The custom properties of every block that follows this selector. */
function properties(source: string, selector: string): Map<string, string> {
  const found = new Map<string, string>()
  for (const block of source.split(`${selector} {`).slice(1)) {
    for (const [, name = '', value = ''] of block.slice(0, block.indexOf('}')).matchAll(/(--[\w-]+):\s*([^;]+);/g)) found.set(name, value)
  }
  return found
}

/** OKLCH to OKLab: lightness and two axes. */
function lab(value: string, hue: number): Colour {
  const [, l, c, h] = /oklch\(([\d.]+)% ([\d.]+) ([\w.()-]+)\)/.exec(value) ?? []
  if (l === undefined || c === undefined || h === undefined) throw new Error(`not a plain oklch colour: ${value}`)
  const angle = ((h.startsWith('var') ? hue : Number(h)) * Math.PI) / 180
  return [Number(l) / 100, Number(c) * Math.cos(angle), Number(c) * Math.sin(angle)]
}

/** OKLab to linear sRGB, cut at the edge of what a screen shows. */
function rgb([l, a, b]: Colour): Colour {
  const long = (l + 0.3963377774 * a + 0.2158037573 * b) ** 3
  const middle = (l - 0.1055613458 * a - 0.0638541728 * b) ** 3
  const short = (l - 0.0894841775 * a - 1.291485548 * b) ** 3
  const clip = (value: number): number => Math.min(1, Math.max(0, value))
  return [
    clip(4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short),
    clip(-1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short),
    clip(-0.0041960863 * long - 0.7034186147 * middle + 1.707614701 * short),
  ]
}

const luminance = (colour: Colour): number => {
  const [red, green, blue] = rgb(colour)
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function contrast(one: Colour, other: Colour): number {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a) as [number, number]
  return (light + 0.05) / (dark + 0.05)
}

const mixed = (one: Colour, share: number, other: Colour): Colour =>
  one.map((value, index) => value * share + (other[index] ?? 0) * (1 - share)) as Colour

const schemes = { light: ':root', dark: ":root[data-theme='dark']" }
const code = css('code.css')
const tokens = css('tokens.css')

describe('the arithmetic of contrast', () => {
  it('knows black on white, and a grey that everybody knows', () => {
    expect(contrast(lab('oklch(0% 0 0)', 0), lab('oklch(100% 0 0)', 0))).toBeCloseTo(21, 1)
    // #767676 on white: the lightest grey that passes, 4.54.
    expect(contrast(lab('oklch(56.82% 0 0)', 0), lab('oklch(100% 0 0)', 0))).toBeCloseTo(4.54, 1)
  })
})

describe.each(Object.entries(schemes))('code in the %s scheme', (_scheme, selector) => {
  const colours = properties(code, selector)
  const grounds = ['--code-ground', '--code-marked']
  const inks = [...colours.keys()].filter((name) => !grounds.includes(name))

  it.each(inks)('reads %s at 4.5:1 on a plain and on a marked line', (ink) => {
    for (const ground of grounds) {
      expect(contrast(lab(colours.get(ink) ?? '', 0), lab(colours.get(ground) ?? '', 0))).toBeGreaterThanOrEqual(4.5)
    }
  })

  it('has a colour for every role', () => {
    expect([...colours.keys()].sort()).toEqual([...properties(code, ':root').keys()].sort())
  })
})

describe('the two ways into the dark', () => {
  it('lead to the same colours', () => {
    const chosen = properties(code, schemes.dark)
    expect(chosen.size).toBeGreaterThan(10)
    expect(properties(code, ":root:not([data-theme='light'])")).toEqual(chosen)
  })
})

describe.each(Object.entries(schemes))('notes in the %s scheme', (_scheme, selector) => {
  const colours = new Map([...properties(tokens, ':root'), ...properties(tokens, selector)])

  it.each(['--accent', '--good', '--warn', '--bad', '--text'])('read their %s titles at 4.5:1, whatever hue the owner chose', (role) => {
    for (let hue = 0; hue < 360; hue += 15) {
      const ink = lab(colours.get(role) ?? '', hue)
      const ground = mixed(ink, 0.07, lab(colours.get('--surface') ?? '', hue))
      expect(contrast(ink, ground)).toBeGreaterThanOrEqual(4.5)
    }
  })
})

describe('every language that authors may name', () => {
  const sample = 'class A:\n  def f(x): return "s" + 1 # c\n/* c */ fn main() { let x = 1; } // c\n<a href="x">&amp;</a>\n[section]\nkey: value = true\n- a\n+ b\n$x = \'y\''
  const named = languages().filter(({ grammar }) => grammar !== null)

  it.each(named)('$label is known to the highlighter, and all its colours to the stylesheet', async ({ grammar }) => {
    expect(await loadGrammar(grammar ?? '')).not.toBeNull()
    const colour = await prepare([grammar ?? ''])
    const kinds = colour(sample, grammar).flatMap(({ runs }) => runs.flatMap(({ kind }) => kind ?? []))
    expect(kinds.length).toBeGreaterThan(0)
    for (const kind of kinds) expect(code).toMatch(new RegExp(`\\.tok-${kind}\\b`))
  })

  it('loses no character of the code', async () => {
    for (const { grammar } of named) {
      const colour = await prepare([grammar ?? ''])
      const back = colour(sample, grammar).map(({ runs }) => runs.map(({ text }) => text).join(''))
      expect(back.join('\n')).toBe(sample)
    }
  })
})
