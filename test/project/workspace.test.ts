import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/errors.js';
import { sha256 } from '../../src/plan/hash.js';
import { openWorkspace } from '../../src/project/disk-workspace.js';
import { memoryWorkspace } from '../../src/project/memory-workspace.js';
import type { Workspace } from '../../src/project/workspace.js';
import { temporaryDirectory, writeFiles } from '../support/temporary-directory.js';

const files = {
  'b.js': '\uFEFFb\r\n',
  'a/z.js': 'ünï',
  'a/node_modules/x/index.js': '',
  'node_modules/y/index.js': '',
  'dist/app.js': '',
  'packages/p/build/out.js': '',
  'coverage/lcov.info': '',
  '.git/HEAD': '',
  '.scalable/history/1/record.json': '',
  '.env.example': '',
  latin1: Buffer.from([0x63, 0xe9]),
};

const kinds: [string, (content: typeof files) => Workspace][] = [
  ['on disk', (content) => openWorkspace(writeFiles(content))],
  ['in memory', (content) => memoryWorkspace(content)],
];

describe.each(kinds)('a workspace %s', (_kind, open) => {
  it('lists the files of the project, sorted', () => {
    expect(open(files).files()).toEqual(['.env.example', 'a/z.js', 'b.js', 'latin1']);
  });

  it('reads texts that round-trip, and knows what is not there', () => {
    const workspace = open(files);
    expect(workspace.read('b.js')).toEqual({
      path: 'b.js',
      text: '\uFEFFb\r\n',
      hash: sha256('\uFEFFb\r\n'),
    });
    expect(workspace.read('a/z.js')?.text).toBe('ünï');
    for (const missing of ['none.js', 'a', 'b.js/c', '.']) expect(workspace.read(missing)).toBeUndefined();
    expect(['a', 'b.js', 'node_modules/y', '.'].map((file) => workspace.exists(file))).not.toContain(false);
    expect(['none.js', 'b', 'b.js/c'].map((file) => workspace.exists(file))).not.toContain(true);
  });

  it('refuses bytes that are not UTF-8', () => {
    expect(() => open(files).read('latin1')).toThrow(expect.objectContaining({ where: 'latin1' }));
  });

  it.each(['../secret', 'a/../../secret', '/etc/passwd'])('refuses %s', (outside) => {
    expect(() => open(files).read(outside)).toThrow(UserError);
    expect(() => open(files).exists(outside)).toThrow(UserError);
  });
});

describe('a workspace on disk', () => {
  it('follows no link out of the root, and no loop', () => {
    const outside = writeFiles({ 'secret.js': 'secret' });
    const root = writeFiles({ 'src/app.js': 'app' });
    symlinkSync(outside, path.join(root, 'linked'));
    symlinkSync(path.join(outside, 'secret.js'), path.join(root, 'secret.js'));
    symlinkSync('..', path.join(root, 'src/loop'));
    symlinkSync('self', path.join(root, 'self'));
    symlinkSync('src', path.join(root, 'inside'));
    const workspace = openWorkspace(root);
    expect(workspace.files()).toEqual(['src/app.js']);
    for (const file of ['linked/secret.js', 'secret.js', 'linked', 'self']) {
      expect(workspace.exists(file)).toBe(false);
      expect(workspace.read(file)).toBeUndefined();
    }
    expect(workspace.read('inside/app.js')?.text).toBe('app');
  });

  it('keeps what was read, so that positions in a text stay true', () => {
    const root = writeFiles({ 'app.js': 'old' });
    const workspace = openWorkspace(root);
    expect([workspace.read('app.js')?.text, workspace.files()]).toEqual(['old', ['app.js']]);
    writeFileSync(path.join(root, 'app.js'), 'new');
    writeFileSync(path.join(root, 'b.js'), '');
    expect([workspace.read('app.js')?.text, workspace.files()]).toEqual(['old', ['app.js']]);
  });

  it('is empty where there is no folder', () => {
    const workspace = openWorkspace(path.join(temporaryDirectory(), 'none'));
    expect([workspace.files(), workspace.read('a'), workspace.exists('a')]).toEqual([[], undefined, false]);
  });

  it('lists 5,000 files in well under 0.2 s of CPU time', () => {
    const root = temporaryDirectory();
    for (let folder = 0; folder < 100; folder++) {
      mkdirSync(path.join(root, `folder-${folder}`));
      for (let file = 0; file < 50; file++)
        writeFileSync(path.join(root, `folder-${folder}/file-${file}.js`), '');
    }
    const start = process.cpuUsage();
    expect(openWorkspace(root).files()).toHaveLength(5000);
    const { user, system } = process.cpuUsage(start);
    expect((user + system) / 1000).toBeLessThan(150);
  });
});
