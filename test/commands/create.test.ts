import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { InstallFailure } from '../../src/commands/attempt-install.js';
import { UserError } from '../../src/errors.js';
import { applyPlan } from '../../src/plan/apply.js';
import { diskIo } from '../../src/plan/file-io.js';
import { temporaryDirectory, writeFiles } from '../support/temporary-directory.js';
import { commandLine, KEYS, projectFiles } from './command-line.js';

// Real files and processes: slow beside other tests.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const YES = ['my-api', '--yes', '--no-install'];

function answersOf(root: string): Record<string, unknown> {
  return JSON.parse(readFileSync(join(root, '.scalable.json'), 'utf8')).answers;
}

describe('create', () => {
  it('writes a project and says what to type next', async () => {
    const cwd = temporaryDirectory();
    const { exitCode, stdout, stderr } = await commandLine(YES, { cwd });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toMatch(
      /^Created my-api \(\d+ files\)\.\n\nNext:\n {2}cd my-api\n {2}npm install\n {2}npm run dev\n$/,
    );
    expect(JSON.parse(readFileSync(join(cwd, 'my-api/package.json'), 'utf8')).name).toBe('my-api');
    expect(answersOf(join(cwd, 'my-api'))).toEqual({ database: 'mongodb', redis: true, cache: true });
  });

  it('creates into the current folder when it is empty', async () => {
    const cwd = join(temporaryDirectory(), 'here');
    mkdirSync(join(cwd, '.git'), { recursive: true });
    const { exitCode, stdout } = await commandLine(['.', '--yes', '--no-install'], { cwd });
    expect(exitCode).toBe(0);
    expect(stdout).not.toContain('cd ');
    expect(existsSync(join(cwd, 'package.json'))).toBe(true);
  });

  it('prints one JSON object and nothing else', async () => {
    const { stdout, stderr } = await commandLine([...YES, '--json'], { cwd: temporaryDirectory() });
    const result = JSON.parse(stdout);
    expect(result).toMatchObject({ command: 'create', status: 'done', exitCode: 0 });
    expect(result.plan.changes.map(({ path }: { path: string }) => path)).toContain('package.json');
    expect(stderr).toBe('');
  });

  it('writes nothing in a dry run', async () => {
    const cwd = temporaryDirectory();
    const { exitCode, stdout } = await commandLine([...YES, '--dry-run'], { cwd });
    expect(exitCode).toBe(0);
    expect(stdout).toContain('create package.json');
    expect(readdirSync(cwd)).toEqual([]);
  });

  it('takes the package manager that started it, unless a flag names one', async () => {
    const env = { npm_config_user_agent: 'pnpm/10.0.0 npm/? node/v20.19.0 linux x64' };
    const asked: string[] = [];
    const services = {
      install: async (_root: string, manager: string) => {
        asked.push(manager);
      },
    };
    const args = ['my-api', '--yes'];
    const { stdout } = await commandLine(args, { cwd: temporaryDirectory(), env, services });
    expect(stdout).toContain('pnpm dev');
    await commandLine([...args, '--package-manager', 'yarn'], { cwd: temporaryDirectory(), env, services });
    expect(asked).toEqual(['pnpm', 'yarn']);
  });

  it('makes a git repository, but not inside of one', async () => {
    const made: string[] = [];
    const services = {
      initGit: async (root: string) => {
        made.push(root);
        return true;
      },
    };
    const [outside, inside] = [temporaryDirectory(), temporaryDirectory()];
    mkdirSync(join(inside, '.git'));
    await commandLine(YES, { cwd: outside, services });
    await commandLine(YES, { cwd: inside, services });
    await commandLine([...YES, '--no-git'], { cwd: temporaryDirectory(), services });
    expect(made).toEqual([join(outside, 'my-api')]);
  });
});

describe('create asks', () => {
  it('for the folder and for what no flag answers', async () => {
    const cwd = temporaryDirectory();
    const keys = [
      ['Folder', `shop${KEYS.enter}`],
      ['database', KEYS.down],
      ['database', KEYS.enter],
      ['Redis', 'n'],
      ['Cache', 'n'],
    ] as const;
    const { exitCode, stdout } = await commandLine(['--no-install'], { cwd, keys });
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^Created shop/);
    expect(answersOf(join(cwd, 'shop'))).toEqual({ database: 'none', redis: false, cache: false });
  });

  it('nothing without a terminal, and names the flags', async () => {
    const cwd = temporaryDirectory();
    const { exitCode, stderr } = await commandLine(['my-api', '--cache'], { cwd });
    expect(exitCode).toBe(2);
    expect(stderr).toBe(
      'error: There is no terminal to ask on, and these are not answered: --database <mongodb|none>, --redis or --no-redis.\n' +
        '  next:  Pass these flags, or --yes to take the defaults.\n',
    );
    expect(readdirSync(cwd)).toEqual([]);
  });

  it.each([
    ['Ctrl-C', { hangUp: false, last: KEYS.interrupt }],
    ['a terminal that goes away', { hangUp: true, last: '' }],
  ])('and is cancelled by %s with nothing written', async (_name, { hangUp, last }) => {
    const cwd = temporaryDirectory();
    const keys = [
      ['database', KEYS.enter],
      ['Redis', last],
    ] as const;
    const { exitCode, stderr } = await commandLine(['my-api'], { cwd, keys, hangUp });
    expect(exitCode).toBe(130);
    expect(stderr).toContain('cancelled: Nothing was written.\n');
    expect(readdirSync(cwd)).toEqual([]);
  });
});

describe('create refuses', () => {
  it.each([
    [['retofit'], 'error: Unknown command retofit.\n  next:  Did you mean retrofit?'],
    [['my-api', '--databse', 'none'], "error: unknown option '--databse'\n  next:  Did you mean --database?"],
    [['my-api', 'other'], 'error: too many arguments. Expected 1 argument but got 2.'],
    [['my-api', '--database', 'oracle'], "error: option '--database <value>' argument 'oracle' is invalid."],
    [[], 'error: The folder of the new backend is missing.'],
    [['My Api', '--yes'], 'error: "My Api" cannot be the name of an npm package: it has capital letters.'],
    [
      ['my-api', '--yes', '--cache', '--no-redis'],
      'error: --cache needs Redis, but --no-redis leaves it out.',
    ],
  ])('%j as bad usage', async (args, message) => {
    const cwd = temporaryDirectory();
    const { exitCode, stdout, stderr } = await commandLine(args, { cwd });
    expect(stderr).toContain(message);
    expect({ exitCode, stdout, left: readdirSync(cwd) }).toEqual({ exitCode: 2, stdout: '', left: [] });
  });

  it('a folder that is not empty, and leaves it as it is', async () => {
    const cwd = writeFiles({ 'my-api/notes.txt': 'mine' });
    const { exitCode, stderr } = await commandLine(YES, { cwd });
    expect(exitCode).toBe(3);
    expect(stderr).toContain('error: The folder my-api is not empty: it has notes.txt.\n');
    expect(projectFiles(cwd)).toEqual({ 'my-api/notes.txt': 'mine' });
  });

  it('as JSON when JSON was asked for', async () => {
    const { exitCode, stdout, stderr } = await commandLine(['my-api', '--json'], {
      cwd: temporaryDirectory(),
    });
    expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: '' });
    expect(JSON.parse(stdout).error).toMatchObject({ exitCode: 2, hint: expect.stringContaining('--yes') });
  });
});

describe('create loses nothing', () => {
  it('when the disk is full: the folder is as it was', async () => {
    const cwd = temporaryDirectory();
    let writes = 0;
    const io: typeof diskIo = {
      ...diskIo,
      write: (...args) => {
        writes += 1;
        if (writes > 20)
          throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
        diskIo.write(...args);
      },
    };
    const { exitCode, stderr } = await commandLine(YES, {
      cwd,
      services: { applyPlan: (root, plan) => applyPlan(root, plan, { io }) },
    });
    expect(exitCode).toBe(3);
    expect(stderr).toContain('ENOSPC: no space left on device');
    expect(readdirSync(cwd)).toEqual([]);
  });

  it('when it is interrupted while it writes', async () => {
    const cwd = temporaryDirectory();
    const { exitCode } = await commandLine(YES, { cwd, onInterruptible: (interrupt) => interrupt() });
    expect(exitCode).toBe(130);
    expect(readdirSync(cwd)).toEqual([]);
  });

  it('when the installation fails: the project is there, and the exit code says so', async () => {
    const cwd = temporaryDirectory();
    const install = async () => {
      throw new InstallFailure('`npm install` failed with exit code 1');
    };
    const { exitCode, stdout } = await commandLine(['my-api', '--yes'], { cwd, services: { install } });
    expect(exitCode).toBe(4);
    expect(stdout).toContain(
      'incomplete: `npm install` failed with exit code 1. All files are written; run `npm install` when that is solved.',
    );
    expect(existsSync(join(cwd, 'my-api/src/server.ts'))).toBe(true);
  });

  it('when the installation is interrupted', async () => {
    const cwd = temporaryDirectory();
    const install = async () => {
      throw new UserError('The installation was stopped.', { exitCode: 130 });
    };
    const { exitCode } = await commandLine(['my-api', '--yes'], { cwd, services: { install } });
    expect(exitCode).toBe(130);
    expect(existsSync(join(cwd, 'my-api/src/server.ts'))).toBe(true);
  });

  it('when the fault is its own: exit 1, with the stack on demand', async () => {
    const applyPlan = async () => {
      throw new Error('out of luck');
    };
    const plain = await commandLine(YES, { cwd: temporaryDirectory(), services: { applyPlan } });
    expect(plain.exitCode).toBe(1);
    expect(plain.stderr).toContain('error: Unexpected error: out of luck\n');
    expect(plain.stderr).not.toContain('create.test.ts');
    const env = { DEBUG: 'create-scalable-backend' };
    const debug = await commandLine(YES, { cwd: temporaryDirectory(), env, services: { applyPlan } });
    expect(debug.stderr).toContain('create.test.ts');
  });
});
