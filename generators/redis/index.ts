import { defineCapability } from '../../src/capability/capability.js';

const readme = `## Redis

While \`REDIS_URL\` is not set, each process works for itself alone. A Redis that does not answer makes the application
\`degraded\` on \`/health/ready\`, not unavailable.`;

export const redis = defineCapability({
  id: 'redis',
  title: 'Redis',
  summary: 'A Redis connection that the instances of the application share.',
  questions: [
    {
      type: 'confirm',
      name: 'redis',
      message: 'Use Redis, so that several instances can share state?',
      default: true,
    },
  ],
  chosen: (answers) => answers.redis === true,
  requires: ['base'],
  after: ['base', 'database'],
  packages: ['ioredis'],
  devPackages: [],
  scripts: {},
  env: [
    {
      name: 'REDIS_URL',
      example: '',
      help: 'Such as redis://localhost:6379. Empty: the process works without Redis, for itself alone',
    },
  ],
  templates: 'redis',
  runtime: ['src/lib'],
  slots: (answers) => ({
    'env.declarations': [
      "const redisUrl = z.string().regex(/^rediss?:\\/\\/./, 'must begin with redis:// or rediss://');",
    ],
    'env.variables': ['REDIS_URL: redisUrl.optional(),'],
    'services.imports': ["import { redis } from './redis.js';"],
    services: ['redis'],
    'readme.with': ['Redis'],
    'readme.paths': ['| `src/lib/redis.ts` | the connection to Redis |'],
    'readme.sections': [readme],
    'compose.environment': ['REDIS_URL: redis://redis:6379'],
    'compose.dependencies': ['redis'],
    'compose.services': [composeService(answers.cache === true)],
  }),
  nextSteps: () => [],
});

/** A Redis that only caches may forget; any other one must not. */
function composeService(forCache: boolean): string {
  const eviction = forCache ? ' --maxmemory 256mb --maxmemory-policy allkeys-lru --save ""' : '';
  return [
    'redis:',
    '  image: redis:8-alpine',
    `  command: redis-server${eviction}`,
    '  ports:',
    '    - "127.0.0.1:6379:6379"',
    '  healthcheck:',
    '    test: ["CMD", "redis-cli", "ping"]',
    '    interval: 5s',
  ].join('\n');
}
