import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { writeFiles } from '../support/temporary-directory.js';
import { CHANGING } from './sample.js';

/** Kills itself at the n-th operation that changes the disk; a write is cut off in its middle. */
const RUNNER = `
import { diskIo } from './plan/file-io.js';
import { applyPlan } from './plan/apply.js';
import { recover } from './plan/recover.js';
import { undo } from './plan/undo.js';
import { readFileSync, writeFileSync } from 'node:fs';

const [command, root, fatal, planFile] = process.argv.slice(2);
let count = 0;
const io = { ...diskIo, syncDirectory: () => {} };
for (const operation of ${JSON.stringify(CHANGING.filter((operation) => operation !== 'syncDirectory'))}) {
  io[operation] = (...args) => {
    if (++count === Number(fatal)) {
      if (operation === 'write') writeFileSync(args[0], args[1].subarray(0, args[1].length / 2));
      process.kill(process.pid, 'SIGKILL');
    }
    return diskIo[operation](...args);
  };
}
if (command === 'apply') await applyPlan(root, JSON.parse(readFileSync(planFile, 'utf8')), { io });
else if (command === 'undo') await undo(root, io);
else await recover(root, io);
`;

/** Compiles the engine for a process of its own: starting a bare Node is ten times cheaper than a TypeScript loader. */
export function compileEngine(): string {
  const engine = writeFiles({ 'package.json': '{ "type": "module" }', 'run.js': RUNNER });
  const repository = path.join(import.meta.dirname, '../..');
  const entries = ['apply', 'recover', 'undo'].map((name) => `src/plan/${name}.ts`);
  const options = [
    '--ignoreConfig',
    '--target',
    'es2023',
    '--module',
    'nodenext',
    '--types',
    'node',
    '--skipLibCheck',
  ];
  const output = ['--rootDir', 'src', '--outDir', engine];
  execFileSync('node_modules/.bin/tsc', [...options, ...output, ...entries], { cwd: repository });
  return engine;
}

export type EngineCommand = 'apply' | 'undo' | 'recover';

/** Whether the process was killed; false when it was done before its `fatal`-th operation (counted from 1). */
export async function runUntilKilled(
  engine: string,
  command: EngineCommand,
  root: string,
  fatal: number,
  planFile = '',
): Promise<boolean> {
  const args = [path.join(engine, 'run.js'), command, root, String(fatal), planFile];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const errors: Buffer[] = [];
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
  const [code, signal] = await once(child, 'close');
  if (code !== 0 && signal !== 'SIGKILL') throw new Error(Buffer.concat(errors).toString());
  return signal === 'SIGKILL';
}
