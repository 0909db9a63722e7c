import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { freePort } from '../support/free-port.js';
import { temporaryDirectory } from '../support/temporary-directory.js';
import { inProject, install, startServer, tool } from './support/processes.js';

/** Every combination of the answers that exist; the cache brings Redis with it. */
const combinations: readonly string[][] = ['mongodb', 'none'].flatMap((database) =>
  [
    ['--no-redis', '--no-cache'],
    ['--redis', '--no-cache'],
    ['--redis', '--cache'],
  ].map((flags) => ['--database', database, ...flags]),
);

describe.each(combinations.map((flags) => ({ flags, name: flags.join(' ') })))(
  'create $name',
  ({ flags }) => {
    it('installs, lints, type-checks, tests, builds and starts', async () => {
      const parent = temporaryDirectory();
      const created = await tool(['my-api', '--yes', '--no-install', ...flags], parent);
      expect(created.exitCode, created.output).toBe(0);
      const folder = join(parent, 'my-api');
      await install(folder);
      for (const script of ['lint', 'typecheck', 'test', 'build'])
        await inProject(folder, 'npm', ['run', script]);
      const server = await startServer(folder, ['npm', 'start'], {
        port: await freePort(),
        probe: '/health/live',
      });
      const ready = await fetch(`${server.url}/health/ready`);
      expect(ready.status, server.output()).toBe(200);
      await server.stop();
    });
  },
);
