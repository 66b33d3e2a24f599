import { slug } from '../markdown/slug.ts'

/** Takes the heading that stands above everything out of a text; its line stays, empty, so that lines keep their numbers. */
export function takeTitle(body: string): { title: string | null; body: string } {
  const lines = body.split('\n')
  let index = 0
  // Anchors and comments may stand before it.
  while (index < lines.length && /^\s*(?:<a\s[^>]*>\s*(?:<\/a>)?\s*|<!--.*-->\s*)?$/.test(lines[index] ?? '')) index += 1
  const atx = /^ {0,3}#(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*$/.exec(lines[index] ?? '')
  if (atx !== null) {
    lines[index] = ''
    return { title: plainWords(atx[1] ?? '') || null, body: lines.join('\n') }
  }
  if (/^ {0,3}=+[ \t]*$/.test(lines[index + 1] ?? '') && (lines[index] ?? '').trim() !== '') {
    const title = plainWords(lines[index] ?? '')
    lines[index] = lines[index + 1] = ''
    return { title, body: lines.join('\n') }
  }
  return { title: null, body }
}

/** Takes out a first heading of any level that only repeats the title; books write their chapters so. */
export function takeRepeatedTitle(body: string, title: string): string {
  const lines = body.split('\n')
  const index = lines.findIndex((line) => line.trim() !== '')
  const words = /^ {0,3}#{1,6}[ \t]+(.*?)(?:[ \t]+#+)?[ \t]*$/.exec(lines[index] ?? '')?.[1]
  if (words === undefined || slug(plainWords(words)) !== slug(title)) return body
  lines[index] = ''
  return lines.join('\n')
}

/** A heading's words without their marks. */
export function plainWords(markdown: string): string {
  return markdown
    .replace(/\s*\{[#:][^{}]*\}\s*$/, '')
    .replace(/!?\[((?:[^[\]\\]|\\.)*)\](?:\([^)]*\)|\[[^\]]*\])?/g, '$1')
    .replace(/<\/?[A-Za-z][^<>]*>/g, (tag) => (/^<\/?(?:a|b|i|em|strong|code|span|kbd|sub|sup|small|br)\b/i.test(tag) ? '' : tag))
    .replace(/(`+)(.+?)\1/g, '$2')
    .replace(/(\*{1,3})(?=\S)(.+?)(?<=\S)\1/g, '$2')
    .replace(/(?<![\w])(_{1,3})(?=\S)(.+?)(?<=\S)\1(?![\w])/g, '$2')
    .replace(/\\([!-/:-@[-`{-~])/g, '$1')
    .replace(/\s+/g, ' ')
    .trim()
}
