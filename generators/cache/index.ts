import { defineCapability } from '../../src/capability/capability.js';

const readme = `## Cache

\`cache()\` in front of a handler stores what a GET route answers, together with what the handler read: parts of the
request, and the documents or collections of the database. It answers from the store while none of that has changed, so
there is nothing to invalidate by hand. \`X-Cache\` says \`HIT\`, \`MISS\`, or \`BYPASS\` with the reason.

\`\`\`ts
orders.get('/', requireUser, cache(), listOrders);
reports.get('/:id', cache({ ttl: 300 }), showReport); // seconds
\`\`\`

Put it behind whatever decides who may pass. A handler that reads no database is stored only with a \`ttl\`. What other
programs write to the database is seen when the \`ttl\` ends.`;

export const cache = defineCapability({
  id: 'cache',
  title: 'Response cache',
  summary: 'Caches what GET routes answer and forgets it when the data that they read changes.',
  questions: [
    {
      type: 'confirm',
      name: 'cache',
      message: 'Cache responses?',
      default: true,
      offered: ({ redis }) => redis !== false,
    },
  ],
  chosen: (answers) => answers.cache === true,
  requires: ['redis'],
  after: ['base', 'database', 'redis'],
  packages: ['lru-cache'],
  devPackages: [],
  scripts: {},
  env: [
    { name: 'CACHE_ENABLED', example: 'true', help: 'false switches the response cache off' },
    {
      name: 'CACHE_TTL_SECONDS',
      example: '60',
      help: 'Longest time that a cached response lives where its route names no other',
    },
    { name: 'CACHE_L1_MAX_MB', example: '64', help: 'Memory of the process for cached responses' },
    {
      name: 'REDIS_COMMAND_TIMEOUT_MS',
      example: '100',
      help: 'How long a request waits for Redis before it goes on without the cache',
    },
  ],
  templates: 'cache',
  runtime: ['src/cache'],
  // Loaded when it is needed: it brings ts-morph, and creating a project must stay quick.
  retrofit: async (context) => (await import('./retrofit.js')).retrofitCache(context),
  slots: (answers) => ({
    'entry.first': [
      '// Before anything else: the cache observes the database driver, and reads the environment.',
      "import './config/env.js';",
      "import './cache/index.js';",
    ],
    'env.variables': [
      'CACHE_ENABLED: z.stringbool().default(true),',
      'CACHE_TTL_SECONDS: z.coerce.number().positive().max(86_400).default(60),',
      'CACHE_L1_MAX_MB: z.coerce.number().positive().max(65_536).default(64),',
      'REDIS_COMMAND_TIMEOUT_MS: z.coerce.number().positive().max(60_000).default(100),',
    ],
    'services.imports': ["import { cache } from './cache.js';"],
    services: ['cache'],
    ...(answers.database === 'none'
      ? {}
      : { 'products.imports': ["import { cache } from '../cache/index.js';"], 'products.read': ['cache()'] }),
    'readme.with': ['response cache'],
    'readme.paths': ['| `src/cache` | the response cache |'],
    'readme.sections': [readme],
  }),
  nextSteps: () => [],
});
