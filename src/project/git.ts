import { spawnSync } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { UserError } from '../errors.js';

/**
 * Files below `root` with changes that git has not committed, new ones included; root-relative, sorted. Empty outside of a
 * repository and on a machine without git. Throws `UserError` when git refuses to say.
 */
export function dirtyFiles(root: string): string[] {
  const real = realpathSync(root);
  const top = repositoryOf(real);
  if (top === undefined) return [];
  const status = gitStatus(real);
  if (status === undefined) return [];
  return pathsOf(status)
    .map((file) => toPosix(path.relative(real, path.join(top, file))))
    .sort();
}

/** Top directory of the work tree around a folder. */
function repositoryOf(folder: string): string | undefined {
  if (existsSync(path.join(folder, '.git'))) return folder;
  const parent = path.dirname(folder);
  return parent === folder ? undefined : repositoryOf(parent);
}

/** Undefined when there is no git. */
function gitStatus(root: string): string | undefined {
  // A repository may name a program as its fsmonitor; reading must not run it, nor refresh the index.
  const readOnly = ['--no-optional-locks', '-c', 'core.fsmonitor=false'];
  const args = [...readOnly, 'status', '--porcelain', '-z', '--untracked-files=all', '--', '.'];
  const { status, stdout, stderr, error } = spawnSync('git', args, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: Number.POSITIVE_INFINITY,
  });
  if (error !== undefined && 'code' in error && error.code === 'ENOENT') return undefined;
  if (status === 0) return stdout;
  const reason = error?.message ?? stderr.trim().split('\n')[0];
  throw new UserError(`git status failed: ${reason}`, {
    hint: 'Make `git status` work in this folder first.',
  });
}

/** Entries are `XY path`; after that of a rename or a copy comes the old path, as an entry of its own. */
function pathsOf(status: string): string[] {
  const paths: string[] = [];
  const entries = status
    .split('\0')
    .filter((entry) => entry !== '')
    [Symbol.iterator]();
  for (const entry of entries) {
    paths.push(entry.slice(3));
    if (/^[RC]|^.[RC]/.test(entry)) entries.next();
  }
  return paths;
}

function toPosix(file: string): string {
  return file.replaceAll(path.sep, '/');
}
