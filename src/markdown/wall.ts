import sanitizeHtml from 'sanitize-html'

// The last wall. What the renderer writes is escaped where it is written, and author's HTML is cut down before; this
// assumes that both have failed. Nothing here runs script, loads a frame, carries a style or posts a form.
const PLAIN =
  'b br code dd del dfn div dl dt em figcaption hr i ins kbd mark p s samp small strong sub sup table tbody tfoot thead tr u ' +
  'ul var abbr cite caption h2 h3 h4 h5 h6 span figure picture pre section summary details a img source input td th ol li q blockquote'

const CLASSES = [
  /^(?:callout|reveal|code)(?:__[a-z]+)?(?:--[a-z]+)?$/,
  /^tok-[a-z-]+$/,
  /^language-[a-z-]+$/,
  /^(?:align-(?:left|center|right)|line|line--marked|output|prompt)$/,
  /^(?:heading|heading__link|figure|listing|credit|caption|filename|lead|task|tasks|table-scroll|footnotes|footnote-ref|footnote-back)$/,
  /^picture-(?:link|missing|pending)$/,
]

const options: sanitizeHtml.IOptions = {
  allowedTags: PLAIN.split(' '),
  allowedAttributes: {
    '*': ['class', 'title', 'lang', 'dir', 'aria-label', 'id'],
    a: ['href', { name: 'rel', values: ['noopener'] }, { name: 'role', values: ['doc-noteref', 'doc-backlink'] }],
    blockquote: ['cite'],
    q: ['cite'],
    details: ['open'],
    div: ['data-code', { name: 'role', values: ['region', 'note'] }, { name: 'tabindex', values: ['0'] }],
    pre: [{ name: 'role', values: ['region'] }, { name: 'tabindex', values: ['0'] }],
    img: ['src', 'alt', 'width', 'height', { name: 'loading', values: ['lazy'] }, { name: 'decoding', values: ['async'] }],
    source: ['type', 'srcset', 'sizes'],
    span: [{ name: 'aria-hidden', values: ['true'] }],
    input: [{ name: 'type', values: ['checkbox'] }, 'disabled', 'checked'],
    li: ['value'],
    ol: ['start', 'reversed'],
    td: ['colspan', 'rowspan'],
    th: ['colspan', 'rowspan', { name: 'scope', values: ['col', 'row', 'colgroup', 'rowgroup'] }],
  },
  allowedClasses: { '*': CLASSES },
  allowedSchemes: ['http', 'https', 'mailto', 'tel'],
  allowedSchemesByTag: { img: ['http', 'https'], source: ['http', 'https'], srcset: ['http', 'https'] },
  allowedSchemesAppliedToAttributes: ['href', 'src', 'cite'],
  selfClosing: ['br', 'hr', 'img', 'input', 'source'],
  disallowedTagsMode: 'discard',
  enforceHtmlBoundary: false,
  nestingLimit: 150,
  parseStyleAttributes: false,
  transformTags: {
    input: (tagName, attribs) => ({ tagName, attribs: { ...attribs, type: 'checkbox', disabled: '' } }),
  },
  exclusiveFilter: ({ tag, attribs }) => tag === 'img' && !attribs.src,
}

const ID = /^(?:s-|fn-\d|fnref-\d)/

/** Lets through what our pages are made of and nothing else; closes what was left open. */
export function wall(html: string): string {
  return sanitizeHtml(html, {
    ...options,
    onOpenTag: (_name, attribs) => {
      if (attribs.id !== undefined && !ID.test(attribs.id)) delete attribs.id
    },
  })
}
