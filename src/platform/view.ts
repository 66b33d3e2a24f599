import nunjucks from 'nunjucks'

/** A page: its template and, in the type only, the model that the template prints. */
export interface View<Page> {
  template: string
  /** Never set; carries the type. */
  page?: Page
}

export function view<Page>(template: string): View<Page> {
  return { template }
}

/** What every page says about itself in its head. */
export interface Meta {
  title: string
  description: string
  /** Absolute. */
  canonical: string
  /** Absolute URL of a 1200 × 630 picture. */
  image: string | null
  /** e.g. "noindex" */
  robots: string | null
  /** A feed to offer besides the site's own. */
  feed: string | null
  /** JSON-LD, escaped for a script element by `jsonLd`. */
  jsonLd: string | null
  type: 'website' | 'article'
}

export interface Templates {
  render(template: string, context: object): string
}

/** The template engine: strict (a name that is not there throws), escaped, compiled once. */
export function createTemplates(options: { folder: string; globals: Record<string, unknown> }): Templates {
  const loader = new nunjucks.FileSystemLoader(options.folder, { noCache: false, watch: false })
  const environment = new nunjucks.Environment(loader, { autoescape: true, throwOnUndefined: true, trimBlocks: true, lstripBlocks: true })
  for (const [name, value] of Object.entries(options.globals)) environment.addGlobal(name, value)
  return { render: (template, context) => environment.render(template, context) }
}

/** Structured data as text that is safe inside `<script type="application/ld+json">`. */
export function jsonLd(data: object): string {
  return JSON.stringify({ '@context': 'https://schema.org', ...data }).replace(/[<>&\u2028\u2029]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
