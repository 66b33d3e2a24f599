import tseslint from 'typescript-eslint'

const noProcessEnv = { object: 'process', property: 'env', message: 'Only src/config.ts reads the environment; take `config`.' }
const noNow = { object: 'Date', property: 'now', message: 'Take `clock` (src/platform/clock.ts), so that tests can move the time.' }
const noUnsafeSql = ['$queryRawUnsafe', '$executeRawUnsafe'].map((property) => ({ property, message: 'Build SQL with tagged templates ($queryRaw`…`): they cannot be injected.' }))
const noPrismaRaw = { object: 'Prisma', property: 'raw', message: 'Prisma.raw pastes text into SQL; use Prisma.sql with parameters.' }

const noDefaultExport = { selector: 'ExportDefaultDeclaration, ExportSpecifier[exported.name="default"]', message: 'Name what you export.' }
const noExportAll = { selector: 'ExportAllDeclaration', message: 'No barrels: the import path names the file.' }
const noArgumentlessDate = { selector: 'NewExpression[callee.name="Date"][arguments.length=0], CallExpression[callee.name="Date"]', message: 'Take `clock` (src/platform/clock.ts), so that tests can move the time.' }
const noWriting = {
  selector: 'CallExpression > MemberExpression.callee > Identifier.property[name=/^(create|update|upsert|delete|\\$execute|\\$transaction)/], TaggedTemplateExpression > MemberExpression.tag > Identifier.property[name=/^\\$execute/]',
  message: 'queries.ts only reads: a change belongs in a command.',
}
const noSqlWriting = {
  selector: 'TaggedTemplateExpression TemplateElement[value.raw=/^\\s*(insert|update|delete|truncate|alter|drop|create)\\b/i]',
  message: 'queries.ts only reads: a change belongs in a command.',
}

const everywhere = [noDefaultExport, noExportAll]
const inSource = [...everywhere, noArgumentlessDate]
const PROCESSES = ['src/web.ts', 'src/worker.ts', 'src/cli.ts', 'src/start.ts']

export default tseslint.config(
  { ignores: ['dist/', 'prisma/client/', 'var/', 'coverage/', 'node_modules/', 'tests/**/fixtures/'] },
  ...tseslint.configs.strict,
  {
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      'no-constant-condition': ['error', { checkLoops: false }],
      'no-template-curly-in-string': 'error',
      'no-unreachable-loop': 'error',
      'no-self-compare': 'error',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-restricted-syntax': ['error', ...everywhere],
      'no-restricted-properties': ['error', ...noUnsafeSql, noPrismaRaw],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrorsIgnorePattern: '^_', ignoreRestSiblings: true }],
      // `void work()` marks a promise that nobody waits for on purpose; `no-void`-style rules would forbid the mark.
      '@typescript-eslint/no-invalid-void-type': 'off',
      '@typescript-eslint/no-extraneous-class': 'off',
    },
  },
  {
    // The rules that need types: a promise that nobody awaits is an error that nobody sees.
    files: ['src/**/*.ts', 'tests/**/*.ts'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { arguments: false, attributes: false } }],
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    },
  },
  {
    files: ['src/**/*.ts'],
    rules: {
      'no-console': 'error',
      'no-restricted-syntax': ['error', ...inSource],
      'no-restricted-properties': ['error', ...noUnsafeSql, noPrismaRaw, noProcessEnv, noNow],
    },
  },
  { files: ['src/**/queries.ts'], rules: { 'no-restricted-syntax': ['error', ...inSource, noWriting, noSqlWriting] } },
  { files: PROCESSES, rules: { 'no-console': 'off', 'no-restricted-properties': ['error', ...noUnsafeSql, noPrismaRaw, noNow] } },
  { files: ['src/config.ts'], rules: { 'no-restricted-properties': ['error', ...noUnsafeSql, noPrismaRaw, noNow] } },
  { files: ['src/platform/clock.ts'], rules: { 'no-restricted-syntax': ['error', ...everywhere], 'no-restricted-properties': ['error', ...noUnsafeSql, noPrismaRaw, noProcessEnv] } },
  // Browser code has only the browser's clock.
  { files: ['src/browser/**/*.ts'], rules: { 'no-restricted-syntax': ['error', ...everywhere], 'no-restricted-properties': ['error', ...noUnsafeSql, noPrismaRaw, noProcessEnv] } },
  // A default export is what these tools ask for.
  { files: ['*.config.{js,ts}', '.dependency-cruiser.cjs', 'tests/support/{global-setup,count-reporter}.ts'], rules: { 'no-restricted-syntax': ['error', noExportAll] } },
  { files: ['tests/**/*.ts'], rules: { '@typescript-eslint/no-non-null-assertion': 'off' } },
  { files: ['**/*.cjs'], rules: { '@typescript-eslint/no-require-imports': 'off' } },
)
