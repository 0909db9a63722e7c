import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type ExecaError, execa } from 'execa';
import { ExitCode, UserError } from '../errors.js';
import type { PackageManager } from '../project/project-facts.js';
import { InstallFailure } from './attempt-install.js';
import { announce, type Io } from './io.js';

/**
 * Runs `<manager> install`; its output goes to stderr. Interrupted, it takes a half-made `node_modules` away again and
 * throws `UserError` (cancelled). Throws `InstallFailure` when the package manager is missing or fails.
 */
export async function installPackages(root: string, manager: PackageManager, io: Io): Promise<void> {
  const modules = join(root, 'node_modules');
  const fresh = !existsSync(modules);
  const interrupt = new AbortController();
  const release = io.onInterrupt(() => interrupt.abort());
  announce(io, `Installing packages with ${manager}...`);
  try {
    const installing = execa(manager, ['install'], {
      cwd: root,
      stdin: 'ignore',
      all: true,
      buffer: false,
      cancelSignal: interrupt.signal,
      env: io.env,
      extendEnv: false,
    });
    installing.all.pipe(io.stderr, { end: false });
    await installing;
  } catch (error) {
    // A terminal's Ctrl-C reaches the package manager too, which may be gone before this process hears of it.
    if (interrupt.signal.aborted || (error as ExecaError).signal === 'SIGINT') {
      if (fresh) rmSync(modules, { recursive: true, force: true, maxRetries: 3 });
      throw interrupted(manager);
    }
    throw new InstallFailure(failureMessage(error, manager));
  } finally {
    release();
  }
}

function interrupted(manager: PackageManager): UserError {
  return new UserError('The installation was stopped; the files of the project are complete.', {
    hint: `Run \`${manager} install\` in the project.`,
    exitCode: ExitCode.cancelled,
  });
}

function failureMessage(error: unknown, manager: PackageManager): string {
  const { code, exitCode } = error as ExecaError;
  if (code === 'ENOENT') return `${manager} is not installed on this machine`;
  return `\`${manager} install\` failed${exitCode === undefined ? '' : ` with exit code ${exitCode}`}`;
}
