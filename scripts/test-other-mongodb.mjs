// Runs the MongoDB tests a second time against a server that is not ours, where one can be started (Java and Maven).
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { onPath, run } from './setup.mjs';

// The others need what that server lacks: sessions, transactions and views.
const TESTS = ['test/templates/database', 'mongodb-attribution', 'mongodb-writes'];

const starter = resolve(process.env.MONGO_SERVER_START ?? '../shared/mongo-server/start');
const missing = [
  existsSync(starter) ? undefined : starter,
  onPath('java') ? undefined : 'java',
  onPath('mvn') ? undefined : 'mvn',
].filter((name) => name !== undefined);

if (missing.length > 0) {
  console.log(
    `MongoDB tests were not repeated against a second server: no ${missing.join(', no ')} on this machine.`,
  );
} else {
  const server = spawn(starter, ['0'], { stdio: ['ignore', 'pipe', 'inherit'] });
  process.on('exit', () => server.kill());
  const uri = await firstUri(server);
  console.log(`Repeating the MongoDB tests against ${uri}`);
  run('npx', ['vitest', 'run', '--project', 'unit', ...TESTS], {
    env: { ...process.env, MONGO_TEST_URI: uri },
  });
  server.kill();
}

async function firstUri(server) {
  const lines = createInterface({ input: server.stdout });
  const timeout = setTimeout(() => server.kill(), 300_000);
  for await (const line of lines) {
    const uri = /mongodb:\/\/\S+/.exec(line)?.[0];
    if (uri !== undefined) {
      clearTimeout(timeout);
      return uri;
    }
  }
  console.error('The second MongoDB server did not start.');
  process.exit(1);
}
