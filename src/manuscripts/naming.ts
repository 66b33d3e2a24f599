import { createHash } from 'node:crypto'

const SPECIAL: Record<string, string> = { 'c++': 'cpp', 'c#': 'c-sharp', 'f#': 'f-sharp', '.net': 'dotnet', 'node.js': 'node-js' }
const LETTERS: Record<string, string> = { ß: 'ss', æ: 'ae', œ: 'oe', ø: 'o', ł: 'l', đ: 'd', ð: 'd', þ: 'th', ı: 'i' }
const CYRILLIC = [...'абвгдежзийклмнопрстуфхцчшщъыьэюя']
const LATIN = 'a b v g d e zh z i y k l m n o p r s t u f h ts ch sh shch  y  e yu ya'.split(' ')
for (const [index, letter] of CYRILLIC.entries()) LETTERS[letter] = LATIN[index] ?? ''

const LONGEST = 80

/** Small letters, digits and hyphens from any words. What has none of them gets a name made of its hash, the same each time. */
export function slugOf(words: string): string {
  const plain = words.trim().toLowerCase()
  const latin = [...(SPECIAL[plain] ?? plain).normalize('NFKD').replace(/\p{M}+/gu, '')].map((letter) => LETTERS[letter] ?? letter).join('')
  const slug = latin.replace(/['’]/g, '').replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '')
  if (slug === '') return plain === '' ? 'untitled' : `text-${createHash('sha256').update(plain.normalize('NFC')).digest('hex').slice(0, 8)}`
  return slug.length <= LONGEST ? slug : slug.slice(0, LONGEST).replace(/-[^-]*$/, '').replace(/-$/, '')
}

/** `wanted`, or `wanted-2`, `wanted-3` … the first that nobody has. */
export function freeSlug(wanted: string, isTaken: (slug: string) => boolean): string {
  for (let count = 1; ; count++) {
    const slug = count === 1 ? wanted : `${wanted.slice(0, LONGEST - 5).replace(/-$/, '')}-${count}`
    if (!isTaken(slug)) return slug
  }
}

/** The name of a file without folder and extension. */
export const stem = (path: string): string => (path.split('/').at(-1) ?? '').replace(/\.[A-Za-z0-9]+$/, '')

export const folderOf = (path: string): string => path.split('/').slice(0, -1).join('/')

/** `2021-03-04-title` as Jekyll names posts. */
export function datedName(name: string): { date: string | null; rest: string } {
  const match = /^(\d{4})-(\d{1,2})-(\d{1,2})-(.+)$/.exec(name)
  if (match === null) return { date: null, rest: name }
  const [, year = '', month = '', day = '', rest = ''] = match
  return { date: `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`, rest }
}

/** `my_first-post` → “My first post”: the title of a text that has none. */
export function titleFromName(name: string): string {
  const words = name.replace(/[-_]+/g, ' ').trim()
  return words === '' ? 'Untitled' : words.charAt(0).toUpperCase() + words.slice(1)
}

/** Joins and tidies; null when it leads out of the folder. */
export function resolvePath(folder: string, relative: string): string | null {
  const parts: string[] = []
  for (const part of [...folder.split('/'), ...relative.split('/')]) {
    if (part === '' || part === '.') continue
    if (part !== '..') parts.push(part)
    else if (parts.pop() === undefined) return null
  }
  return parts.join('/')
}
