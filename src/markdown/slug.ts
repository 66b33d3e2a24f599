// Every id that an author's text can create starts with this, so it can neither meet an id of the layout nor shadow a
// property of `document` or `window` (none of those contains a hyphen). Footnotes use `fn-` and `fnref-`.
export const ID_PREFIX = 's-'

const LONGEST = 80

/** The part of an address that names a section: lower case, letters and digits of any script, `_`, and single hyphens. */
export function slug(text: string): string {
  const kept = text
    .slice(0, 4 * LONGEST)
    .normalize('NFC')
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}_\s-]+/gu, '')
    .replace(/[\s-]+/g, '-')
  return [...kept].slice(0, LONGEST).join('').replace(/^-|-$/g, '')
}

/** `wanted`, or `wanted-2`, `wanted-3` … when it is taken; remembers the answer in `taken`. */
export function unique(wanted: string, taken: Set<string>, last: Map<string, number>): string {
  let count = last.get(wanted) ?? 1
  let id = wanted
  while (taken.has(id)) id = `${wanted}-${(count += 1)}`
  last.set(wanted, count)
  taken.add(id)
  return id
}
