// What may import what: ARCHITECTURE.md says why. Every rule has been seen to fail (tests/platform/boundaries.test.ts).

/** Folders of src/ that are not features. */
const NOT_A_FEATURE = 'platform/|ports/|providers/|browser/'
const FEATURE = `^src/(?!${NOT_A_FEATURE})([^/]+)/`
const EDGE = '(routes|worker)[.]ts$'
/** publish-course.ts: a command. */
const VERB = `^src/(?!${NOT_A_FEATURE}|markdown/)[^/]+/[a-z]+-[a-z-]+[.]ts$`
/** course.ts: rules. */
const NOUN = `^src/(?!${NOT_A_FEATURE})[^/]+/(?!(?:routes|worker|middleware|queries|pages|jobs|emails)[.])[a-z]+[.]ts$`
const PROCESS = '^src/(web|worker|cli|start)[.]ts$'

const no = (name, from, to) => ({ name, severity: 'error', from, to })

module.exports = {
  forbidden: [
    no('no-cycles', {}, { circular: true }),
    no('no-unresolved', { path: '^src/' }, { couldNotResolve: true }),
    no('no-orphans', { orphan: true, path: '^src/', pathNot: [PROCESS, '^src/browser/'] }, {}),
    no('no-dev-dependencies-at-run-time', { path: '^src/', pathNot: '^src/browser/' }, { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] }),
    no('providers-only-from-boot', { path: '^src/', pathNot: '^src/(boot[.]ts|start[.]ts|providers/)' }, { path: '^src/providers/' }),
    no('providers-know-only-ports', { path: '^src/providers/([^/]+)/' }, { path: '^src/', pathNot: ['^src/providers/$1/', '^src/ports/', '^src/platform/(errors|clock|log|db|http/.*)[.]ts$'] }),
    no('vendor-sdks-only-in-providers', { path: '^src/', pathNot: '^src/providers/' }, { path: 'node_modules/(@paddle|@sendgrid|@aws-sdk|@vimeo|sharp)/' }),
    no('platform-knows-no-domain', { path: '^src/platform/' }, { path: '^src/', pathNot: '^src/platform/' }),
    no('ports-know-nothing', { path: '^src/ports/' }, { pathNot: ['^src/ports/', '^node_modules/@types/', '^(node:|stream|buffer)'] }),
    no('markdown-is-pure', { path: '^src/markdown/' }, { path: '^src/', pathNot: '^src/markdown/' }),
    no('browser-code-stays-in-the-browser', { path: '^src/browser/' }, { path: '^src/', pathNot: ['^src/browser/', '^src/markdown/'] }),
    no('server-does-not-import-browser-code', { path: '^src/', pathNot: '^src/browser/' }, { path: '^src/browser/' }),
    no('edges-are-private', { path: '^src/', pathNot: '^src/(routes|handlers)[.]ts$' }, { path: FEATURE + EDGE }),
    no('pages-belong-to-their-feature', { path: FEATURE }, { path: '^src/[^/]+/(pages|emails)[.]ts$', pathNot: '^src/$1/' }),
    no(
      'http-only-at-the-edge',
      { path: '^src/', pathNot: ['^src/platform/http/', `${FEATURE}(routes|middleware)[.]ts$`, '^src/(web|server|routes)[.]ts$', '^src/providers/sandbox'] },
      { path: ['node_modules/(@types/)?express/', '^src/platform/http/', '^src/[^/]+/middleware[.]ts$'] },
    ),
    no('bullmq-in-one-file', { path: '^src/', pathNot: '^src/platform/(bullmq|migrate)[.]ts$' }, { path: 'node_modules/bullmq/' }),
    no('nunjucks-only-in-platform', { path: '^src/', pathNot: '^src/platform/' }, { path: 'node_modules/(@types/)?nunjucks/' }),
    no('prisma-client-in-one-file', { path: '^src/', pathNot: '^src/platform/db[.]ts$' }, { path: '^prisma/client/', dependencyTypesNot: ['type-only'] }),
    no('schema-engine-in-one-file', { path: '^src/', pathNot: '^src/platform/schema-engine[.]ts$' }, { path: 'node_modules/@prisma/(schema-engine-wasm|driver-adapter-utils)/' }),
    // Types are allowed: a rule may speak of what a port returns without being able to call it.
    no('rules-and-pages-are-pure', { path: [NOUN, `${FEATURE}pages[.]ts$`] }, { path: ['^src/services[.]ts$', '^src/ports/', '^src/platform/(db|bullmq|jobs)[.]ts$', VERB], dependencyTypesNot: ['type-only'] }),
    no('queries-only-read', { path: `${FEATURE}queries[.]ts$` }, { path: ['^src/services[.]ts$', '^src/ports/', '^src/platform/(bullmq|jobs)[.]ts$', VERB] }),
    no('jobs-are-declarations', { path: `${FEATURE}jobs[.]ts$` }, { path: '^src/', pathNot: '^src/platform/jobs[.]ts$' }),
    no('nobody-imports-a-process', {}, { path: PROCESS }),
    no('src-never-imports-tests', { path: '^src/' }, { path: '^tests/' }),
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: ['node_modules', '^prisma/client'] },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'], extensions: ['.ts', '.js'] },
  },
}
