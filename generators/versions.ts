/** The one place that names a version of a package that emitted code uses. All of them run on Node 20.19. */
export const versions = {
  '@biomejs/biome': '^2.6.8',
  '@types/express': '^5.0.6',
  '@types/node': '^20.19.43',
  '@types/supertest': '^7.2.1',
  bson: '^7.3.4',
  express: '^5.3.0',
  helmet: '^8.3.0',
  ioredis: '^6.0.0',
  'lru-cache': '^11.5.3',
  mingo: '^7.2.7',
  'mongodb-memory-server-core': '^11.3.0',
  mongoose: '^9.12.1',
  pino: '^10.4.0',
  'pino-http': '^11.0.0',
  supertest: '^7.3.2',
  tsx: '^4.23.15',
  typescript: '^7.0.2',
  vitest: '^4.1.12',
  zod: '^4.6.7',
} as const satisfies Readonly<Record<string, string>>;

/** The oldest versions that the code works with which a retrofit emits beside what a repository has. */
export const oldestSupported: Readonly<Record<string, string>> = {
  express: '4.0',
  ioredis: '5.0',
  'lru-cache': '10.0',
  mongoose: '5.7',
  typescript: '4.5',
};

export type PackageName = keyof typeof versions;
