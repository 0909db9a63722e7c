import { chmodSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { systemServices } from '../../src/commands/services.js';
import { temporaryDirectory, writeFiles } from '../support/temporary-directory.js';
import { commandLine } from './command-line.js';

// Real files and processes: slow beside other tests.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

/** A folder with a program called npm, for the PATH. */
function npmThat(script: string): { readonly PATH: string } {
  const folder = writeFiles({ npm: `#!/bin/sh\n${script}\n` });
  chmodSync(join(folder, 'npm'), 0o755);
  return { PATH: `${folder}:/usr/bin:/bin` };
}

const ARGS = ['my-api', '--yes', '--no-git', '--database', 'none', '--no-cache', '--no-redis'];
const services = { install: systemServices.install };

describe('install', () => {
  it('runs the package manager in the project and keeps stdout for the result', async () => {
    const cwd = temporaryDirectory();
    const env = npmThat('echo "noise $1" && mkdir node_modules');
    const { exitCode, stdout, stderr } = await commandLine(ARGS, { cwd, env, services });
    expect(exitCode).toBe(0);
    expect(stdout).not.toContain('noise');
    expect(stdout).not.toContain('npm install');
    expect(stderr).toContain('Installing packages with npm...\nnoise install\n');
    expect(existsSync(join(cwd, 'my-api/node_modules'))).toBe(true);
  });

  it('says that the package manager failed, and keeps the project', async () => {
    const cwd = temporaryDirectory();
    const { exitCode, stdout } = await commandLine(ARGS, { cwd, env: npmThat('exit 7'), services });
    expect(exitCode).toBe(4);
    expect(stdout).toContain('incomplete: `npm install` failed with exit code 7.');
    expect(existsSync(join(cwd, 'my-api/src/server.ts'))).toBe(true);
  });

  it('says that the package manager is missing', async () => {
    const cwd = temporaryDirectory();
    const env = { PATH: temporaryDirectory() };
    const { exitCode, stdout } = await commandLine(ARGS, { cwd, env, services });
    expect(exitCode).toBe(4);
    expect(stdout).toContain('incomplete: npm is not installed on this machine.');
  });

  it('stopped by Ctrl-C, takes half-made packages away and says what to type', async () => {
    const cwd = temporaryDirectory();
    const modules = join(cwd, 'my-api/node_modules');
    let interruptInstall = () => {};
    const running = commandLine(ARGS, {
      cwd,
      env: npmThat('mkdir -p node_modules/half && exec sleep 60'),
      services,
      onInterruptible: (interrupt) => {
        interruptInstall = interrupt;
      },
    });
    while (!existsSync(join(modules, 'half'))) await wait(10);
    interruptInstall();
    const { exitCode, stderr } = await running;
    expect(exitCode).toBe(130);
    expect(stderr).toContain(
      'cancelled: The installation was stopped; the files of the project are complete.\n',
    );
    expect(stderr).toContain('next:  Run `npm install` in the project.\n');
    expect(existsSync(modules)).toBe(false);
    expect(existsSync(join(cwd, 'my-api/src/server.ts'))).toBe(true);
  });
});
