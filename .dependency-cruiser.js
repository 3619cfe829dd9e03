/**
 * Who may import whom. Paths are matched after resolution, so an import by package name counts as
 * the file that it leads to.
 */
const agentFolder = '^agents/([^/]+)/src/';

export default {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'trading-is-pure',
      comment: 'The domain imports itself, zod, the decimal library and the CEL parser.',
      severity: 'error',
      from: { path: '^common/trading/src/', pathNot: '\\.test\\.ts$' },
      to: { pathNot: ['^common/trading/src/', 'node_modules/(zod|decimal\\.js|@marcbachmann/cel-js)/'] },
    },
    {
      name: 'platform-knows-no-trading',
      severity: 'error',
      from: { path: '^common/platform/src/' },
      to: { path: ['^common/trading/', '^common/venue/', '^agents/', '^guardian/', '^scripts/'] },
    },
    {
      name: 'venue-knows-no-process',
      severity: 'error',
      from: { path: '^common/venue/src/' },
      to: { path: ['^agents/', '^guardian/', '^scripts/'] },
    },
    {
      name: 'venue-is-for-those-who-trade',
      comment: 'Who can place an order is to be seen here; everybody else asks the executor.',
      severity: 'error',
      from: {
        path: '^(agents|guardian|scripts)/',
        pathNot: '^(agents/trade-executor|guardian|scripts/launcher/src/(venue-check|chaos-orders))/',
      },
      to: { path: '^common/venue/' },
    },
    {
      name: 'agents-do-not-import-agents',
      comment: 'Agents speak by message or HTTP.',
      severity: 'error',
      from: { path: agentFolder },
      to: { path: '^(agents|guardian)/', pathNot: '^agents/$1/' },
    },
    {
      name: 'guardian-imports-no-agent',
      comment: 'It has to work where an agent does not.',
      severity: 'error',
      from: { path: '^guardian/src/' },
      to: { path: ['^agents/', '^scripts/', '^common/platform/src/postgres/', 'node_modules/pg/'] },
    },
    {
      name: 'handlers-have-no-io',
      severity: 'error',
      from: { path: '^agents/[^/]+/src/handlers/', pathNot: '\\.test\\.ts$' },
      to: {
        path: ['node_modules/(ioredis|express|pg|ccxt)/', '^common/platform/src/(http|postgres|agent|auth)/'],
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'handlers-do-not-import-handlers',
      severity: 'error',
      from: { path: '^agents/[^/]+/src/handlers/', pathNot: '\\.test\\.ts$' },
      to: { path: '^agents/[^/]+/src/handlers/' },
    },
    {
      name: 'routes-have-no-clients',
      severity: 'error',
      from: { path: '^agents/[^/]+/src/routes/', pathNot: '\\.test\\.ts$' },
      to: { path: ['node_modules/(ioredis|express|pg|ccxt)/'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'adapters-know-no-handlers-or-routes',
      severity: 'error',
      from: { path: '^agents/[^/]+/src/adapters/', pathNot: '\\.test\\.ts$' },
      to: { path: '^agents/[^/]+/src/(handlers|routes)/' },
    },
    {
      name: 'tests-stay-out-of-the-product',
      severity: 'error',
      from: { path: '^(common|agents|guardian)/', pathNot: ['\\.test\\.ts$', '/testing/'] },
      to: { path: ['\\.test\\.ts$', '^tests/'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '/dist/' },
    tsConfig: { fileName: 'tsconfig.check.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'default'],
      extensions: ['.ts', '.js'],
    },
  },
};
