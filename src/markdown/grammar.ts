import MarkdownIt, { type MarkdownIt as Markdown } from 'markdown-it'
import { book } from './book.ts'
import { codeHtml } from './code.ts'
import { containers } from './containers.ts'
import { footnotes } from './footnotes.ts'
import { headings } from './headings.ts'
import { isSafeAddress } from './links.ts'
import { pageOf } from './page.ts'
import { prose } from './prose.ts'

// Deeper than anybody writes, shallow enough that hostile nesting stays cheap. What lies deeper is left out.
const DEEPEST = 40

let shared: Markdown | null = null

/** Our Markdown: CommonMark, GitHub's additions, and our own blocks. One parser serves the whole process. */
export function grammar(): Markdown {
  shared ??= build()
  return shared
}

function build(): Markdown {
  const md = MarkdownIt({ html: true, linkify: true, typographer: true })
  md.set({ maxNesting: DEEPEST })
  // Typographic quotes, but not `(c)` to ©: a programmer means what she types.
  md.core.ruler.disable('replacements')
  // `main.rs` and `example.py` are files here, not sites in Serbia and Paraguay.
  md.linkify.set({ fuzzyLink: false, fuzzyEmail: false })

  // Addresses stay as written until they are rendered, so that callers can look them up.
  const normalise = md.normalizeLink.bind(md)
  md.normalizeLink = (url) => url
  md.validateLink = isSafeAddress

  containers(md)
  book(md)
  footnotes(md)
  prose(md, normalise)
  headings(md)
  const code: Markdown['renderer']['rules'][string] = (tokens, index, _options, env) => {
    const page = pageOf(env)
    const token = tokens[index]
    const block = token && page.code.get(token)
    return block ? codeHtml(block, (page.codeCount += 1)) : ''
  }
  md.renderer.rules.fence = code
  md.renderer.rules.code_block = code
  return md
}
