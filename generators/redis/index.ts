import { defineCapability } from '../../src/capability/capability.js';

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
  slots: () => ({}),
  nextSteps: () => [],
});
