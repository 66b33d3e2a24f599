import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { contrast, readOklch, type Oklch } from './oklch.ts'

const css = readFileSync('public/css/tokens.css', 'utf8')
const HUES = [...css.matchAll(/\[data-hue='(\d+)'\] \{ --hue: (\d+); \}/g)].map(([, name, value]) => [Number(name), Number(value)])

const light = declarations(blockAfter(':root {'))
const darkBySystem = declarations(blockAfter(":root:not([data-theme='light']) {"))
const darkByChoice = declarations(blockAfter(":root[data-theme='dark'] {"))

const PLAIN = ['surface', 'surface-raised', 'surface-sunken']
const STATES = ['good', 'warn', 'bad']

// Foreground, the backgrounds it may stand on, and the least ratio (WCAG 2.2: 4.5 for text, 3 for the edge of a control).
const PAIRS: [string, string[], number][] = [
  ['text', PLAIN, 7],
  ['text', ['accent-soft', 'good-soft', 'warn-soft', 'bad-soft', 'mark'], 4.5],
  ['muted', [...PLAIN, 'accent-soft'], 4.5],
  ['accent', [...PLAIN, 'accent-soft'], 4.5],
  ['accent-strong', [...PLAIN, 'accent-soft'], 4.5],
  ['accent-text', ['accent', 'accent-strong'], 4.5],
  ...STATES.map((state): [string, string[], number] => [state, [...PLAIN, `${state}-soft`], 4.5]),
  ['line-strong', ['surface', 'surface-raised'], 3],
]

describe('colours', () => {
  it.each([['light', light], ['dark', darkBySystem]] as const)('can be read in the %s scheme with every hue an owner may choose', (_name, scheme) => {
    const tooFaint = HUES.flatMap(([hue]) =>
      PAIRS.flatMap(([front, backs, least]) =>
        backs
          .map((back) => ({ hue, front, back, ratio: contrast(colour(scheme, front, hue ?? 0), colour(scheme, back, hue ?? 0)) }))
          .filter(({ ratio }) => ratio < least),
      ),
    )
    expect(tooFaint).toEqual([])
  })

  it('are the same whether the system or the reader asks for dark', () => {
    expect(darkByChoice).toEqual(darkBySystem)
  })

  it('name every role in both schemes', () => {
    const roles = [...light].filter(([, value]) => value.includes('oklch(')).map(([name]) => name)
    expect(roles.filter((role) => !darkBySystem.has(role))).toEqual([])
  })

  it('come with a hue each fifteen degrees, under its own name', () => {
    expect(HUES).toEqual(Array.from({ length: 24 }, (_, step) => [step * 15, step * 15]))
  })
})

function blockAfter(selector: string): string {
  const start = css.indexOf(`\n${' '.repeat(selector.includes('not(') ? 4 : 2)}${selector}`)
  if (start < 0) throw new Error(`tokens.css has no ${selector}`)
  return css.slice(start + selector.length, css.indexOf('}', start))
}

function declarations(block: string): Map<string, string> {
  return new Map([...block.matchAll(/--([\w-]+): ([^;]+);/g)].map(([, name, value]) => [name ?? '', value ?? '']))
}

function colour(scheme: Map<string, string>, name: string, brand: number): Oklch {
  const read = readOklch(scheme.get(name) ?? '', brand)
  if (!read) throw new Error(`--${name} is not an opaque oklch() colour`)
  return read
}
