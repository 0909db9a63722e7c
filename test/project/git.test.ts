import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { UserError } from '../../src/errors.js';
import { dirtyFiles } from '../../src/project/git.js';
import { temporaryDirectory, writeFiles } from '../support/temporary-directory.js';

function git(root: string, ...args: string[]): void {
  const identity = ['-c', 'user.name=Test', '-c', 'user.email=test@example.com'];
  execFileSync('git', [...identity, ...args], { cwd: root, stdio: 'pipe' });
}

function committed(files: Record<string, string>): string {
  const root = writeFiles(files);
  git(root, 'init', '-q');
  git(root, 'add', '.');
  git(root, 'commit', '-q', '-m', 'First');
  return root;
}

it('names modified, renamed, deleted and new files, relative to the folder', () => {
  const root = committed({
    'api/a.js': 'a',
    'api/old name.js': 'a text that is long enough',
    'api/gone.js': 'gone',
    'api/.gitignore': 'ignored',
    'other.js': 'x',
  });
  const api = path.join(root, 'api');
  expect(dirtyFiles(api)).toEqual([]);
  git(api, 'mv', 'old name.js', 'new ü.js');
  git(api, 'rm', '-q', 'gone.js');
  writeFiles({ 'api/a.js': 'changed', 'api/sub/new.js': '', 'api/ignored': '', 'other.js': 'changed' }, root);
  expect(dirtyFiles(api)).toEqual(['a.js', 'gone.js', 'new ü.js', 'sub/new.js']);
  expect(dirtyFiles(root)).toContain('other.js');
});

it('is empty outside of a repository', () => {
  expect(dirtyFiles(writeFiles({ 'a.js': '' }))).toEqual([]);
});

it('runs no program that the repository names', () => {
  const root = committed({ 'a.js': '' });
  const trace = path.join(temporaryDirectory(), 'ran');
  const hook = path.join(root, '.git/hook');
  writeFileSync(hook, `#!/bin/sh\ntouch ${trace}\n`);
  chmodSync(hook, 0o755);
  git(root, 'config', 'core.fsmonitor', hook);
  dirtyFiles(root);
  expect(existsSync(trace)).toBe(false);
});

it('says so when git cannot tell', () => {
  const root = writeFiles({ '.git/HEAD': 'damaged' });
  expect(() => dirtyFiles(root)).toThrow(UserError);
});
