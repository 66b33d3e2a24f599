import { join } from 'node:path'
import nunjucks from 'nunjucks'
import { root } from './paths.ts'

/** A message without a recipient. */
export interface Email {
  subject: string
  html: string
  text: string
}

/** What every email knows about where it comes from; a part of the configuration. */
export interface Sender {
  baseUrl: string
  site: { name: string }
}

/**
 * Declares an email: three templates, `views/emails/<name>.{subject,html,text}.njk`, which print `page` (the model),
 * `site` and `url(path)`, the absolute address of a path on this site.
 */
export function email<Model extends object>(name: string): (sender: Sender, model: Model) => Email {
  return ({ baseUrl, site }, model) => {
    const context = { page: model, site, url: (path: string) => absolute(baseUrl, path) }
    return {
      subject: oneLine(plain().render(`emails/${name}.subject.njk`, context)),
      html: storable(escaped().render(`emails/${name}.html.njk`, context)),
      text: storable(plain().render(`emails/${name}.text.njk`, context)).trim() + '\n',
    }
  }
}

function absolute(baseUrl: string, path: string): string {
  if (!/^\/(?!\/)/.test(path)) throw new Error(`An email links to "${path}", which is no path on this site.`)
  return baseUrl + path
}

// Strict like pages: a name that is not there throws. Only the HTML part escapes.
const engine = (autoescape: boolean) => {
  let environment: nunjucks.Environment | null = null
  return () => (environment ??= new nunjucks.Environment(new nunjucks.FileSystemLoader(join(root, 'views')), { autoescape, throwOnUndefined: true, trimBlocks: true, lstripBlocks: true }))
}
const escaped = engine(true)
const plain = engine(false)

/** A line break in a subject could begin a header of its own. */
const oneLine = (text: string): string => storable(text).replace(/[\s\p{Cc}]+/gu, ' ').trim()

/** Without what Postgres cannot store. */
const storable = (text: string): string => text.replaceAll('\u0000', '').toWellFormed()
