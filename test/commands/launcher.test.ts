import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { temporaryDirectory, writeFiles } from '../support/temporary-directory.js';
import { projectFiles } from './command-line.js';

// Real files and processes: slow beside other tests.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const repository = fileURLToPath(new URL('../..', import.meta.url));
const launcher = join(repository, 'bin/create-scalable-backend.js');

beforeAll(() => {
  if (!existsSync(join(repository, 'dist')))
    throw new Error('These tests run the build: `npm run build` first.');
});

function launch(args: readonly string[], cwd: string, nodeArgs: readonly string[] = []) {
  return spawnSync(process.execPath, [...nodeArgs, launcher, ...args], { cwd, encoding: 'utf8', input: '' });
}

describe('the launcher', () => {
  it('creates a project without loading what only other commands need', () => {
    const cwd = temporaryDirectory();
    const hooks = `import { writeSync } from 'node:fs';
      export async function resolve(specifier, context, next) {
        const found = await next(specifier, context);
        writeSync(2, found.url + '\\n');
        return found;
      }`;
    const register = `import { register } from 'node:module';
      register('data:text/javascript,' + ${JSON.stringify(encodeURIComponent(hooks))});`;
    const trace = `data:text/javascript,${encodeURIComponent(register)}`;
    const { status, stderr } = launch(['my-api', '--yes', '--no-install'], cwd, ['--import', trace]);
    expect(status).toBe(0);
    expect(stderr).toContain('/commander/');
    expect(stderr).not.toMatch(/node_modules\/(ts-morph|node-plop|prompts|execa|prettier|@swc)\//);
    expect(readdirSync(join(cwd, 'my-api'))).toContain('package.json');
  });

  it('prints help and version on stdout', () => {
    const cwd = temporaryDirectory();
    const { version } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8'));
    expect(launch(['--version'], cwd)).toMatchObject({ status: 0, stdout: `${version}\n`, stderr: '' });
    const help = launch(['retrofit', '--help'], cwd);
    expect(help).toMatchObject({ status: 0, stderr: '' });
    expect(help.stdout).toContain('Examples:\n  $ create-scalable-backend retrofit --dry-run');
  });

  it('refuses to guess when there is no terminal', () => {
    const cwd = temporaryDirectory();
    expect(launch(['my-api'], cwd)).toMatchObject({ status: 2, stdout: '' });
    expect(readdirSync(cwd)).toEqual([]);
  });

  it('says so when it is not built', () => {
    const clone = temporaryDirectory();
    cpSync(join(repository, 'bin'), join(clone, 'bin'), { recursive: true });
    const started = spawnSync(process.execPath, [join(clone, 'bin/create-scalable-backend.js')], {
      encoding: 'utf8',
    });
    expect(started).toMatchObject({ status: 2, stdout: '' });
    expect(started.stderr).toMatch(/^create-scalable-backend is not built: run `npm install`.*\n$/);
  });
});

describe("a team's own plopfile", () => {
  const plopfile = `export default async function (plop) {
    await plop.load('create-scalable-backend');
    plop.setGenerator('ours', { description: 'of the team', prompts: [], actions: [] });
  }\n`;
  const runner = `import nodePlop from ${JSON.stringify(pathToFileURL(join(repository, 'node_modules/node-plop/src/node-plop.js')).href)};
    const plop = await nodePlop(process.cwd() + '/plopfile.mjs');
    const names = plop.getGeneratorList().map(({ name }) => name);
    const { changes, failures } = await plop.getGenerator(process.argv[2]).runActions({});
    console.log(JSON.stringify({ names, changes, failures }));\n`;

  function teamProject(): string {
    const cwd = temporaryDirectory();
    const flags = ['--yes', '--no-install', '--no-git', '--database', 'none', '--no-cache', '--no-redis'];
    launch(['my-api', ...flags], cwd);
    const root = join(cwd, 'my-api');
    mkdirSync(join(root, 'node_modules'));
    symlinkSync(repository, join(root, 'node_modules/create-scalable-backend'));
    return writeFiles({ 'plopfile.mjs': plopfile, 'run.mjs': runner }, root);
  }

  function runGenerator(root: string, name: string) {
    const { stdout, stderr } = spawnSync(process.execPath, ['run.mjs', name], {
      cwd: root,
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    return JSON.parse(stdout);
  }

  it('gets a generator per capability, which undo takes back', () => {
    const root = teamProject();
    const files = () => projectFiles(root);
    const before = files();
    const { names, changes, failures } = runGenerator(root, 'redis');
    expect(names).toEqual(['base', 'database', 'redis', 'cache', 'ours']);
    expect(failures).toEqual([]);
    expect(changes.at(-1).path).toMatch(/^\d+ files$/);
    expect(Object.keys(files())).toContain('src/lib/redis.ts');
    expect(runGenerator(root, 'redis').changes.at(-1).path).toBe('nothing to do');
    expect(launch(['undo', '--yes'], root).status).toBe(0);
    expect(files()).toEqual(before);
  });

  it('is told what is in the way, and nothing is written', () => {
    const root = teamProject();
    writeFiles({ 'src/lib/redis.ts': '// mine\n' }, root);
    const { failures } = runGenerator(root, 'redis');
    expect(failures[0].error).toContain('src/lib/redis.ts');
    expect(existsSync(join(root, 'src/services/redis.ts'))).toBe(false);
  });
});
