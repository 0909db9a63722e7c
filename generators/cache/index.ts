import { defineCapability } from '../../src/capability/capability.js';

export const cache = defineCapability({
  id: 'cache',
  title: 'Response cache',
  summary: 'Caches what GET routes answer and forgets it when the data that they read changes.',
  questions: [{ type: 'confirm', name: 'cache', message: 'Cache responses?', default: true }],
  chosen: (answers) => answers.cache === true,
  requires: ['redis'],
  after: ['base', 'database', 'redis'],
  packages: ['lru-cache'],
  devPackages: [],
  scripts: {},
  env: [],
  templates: 'cache',
  runtime: ['src/cache'],
  // Loaded when it is needed: it brings ts-morph, and creating a project must stay quick.
  retrofit: async (context) => (await import('./retrofit.js')).retrofitCache(context),
  slots: () => ({}),
  nextSteps: () => [],
});
