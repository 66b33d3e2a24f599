/** A colour of the tokens, as written: lightness in per cent, chroma, hue in degrees. */
export interface Oklch {
  lightness: number
  chroma: number
  hue: number
}

/** Reads `oklch(45% 0.09 var(--hue))`; null for what has another form (shadows with an alpha, say). */
export function readOklch(text: string, brand: number): Oklch | null {
  const match = /^oklch\(([\d.]+)% ([\d.]+) (var\(--hue\)|[\d.]+)\)$/.exec(text)
  if (!match) return null
  return { lightness: Number(match[1]) / 100, chroma: Number(match[2]), hue: match[3] === 'var(--hue)' ? brand : Number(match[3]) }
}

/** WCAG 2.2 contrast ratio of two opaque colours, 1 to 21. */
export function contrast(one: Oklch, other: Oklch): number {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a) as [number, number]
  return (light + 0.05) / (dark + 0.05)
}

/** Björn Ottosson's OKLab to linear sRGB, each channel clipped to the gamut as browsers do, weighed as WCAG says. */
function luminance({ lightness, chroma, hue }: Oklch): number {
  const a = chroma * Math.cos((hue * Math.PI) / 180)
  const b = chroma * Math.sin((hue * Math.PI) / 180)
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3
  const red = 4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s
  const green = -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s
  const blue = -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s
  const clip = (channel: number) => Math.min(1, Math.max(0, channel))
  return 0.2126 * clip(red) + 0.7152 * clip(green) + 0.0722 * clip(blue)
}
