import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ts } from 'ts-morph';
import { describe, expect, it, vi } from 'vitest';
import type { RouteVerdict } from '../../../src/capability/capability.js';
import { commandLine } from '../../commands/command-line.js';
import { snapshot } from '../../support/snapshot.js';
import { temporaryDirectory, writeFiles } from '../../support/temporary-directory.js';
import { afterRetrofit, beforeRetrofit, markedRepositories } from './support/marked-repositories.js';

// The parser and the printer are loaded here: seconds, on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

// Printing what is emitted takes seconds and is tested where that is loaded; here it is about what was there before.
vi.mock('../../../src/dialect/dialect.js', async (importOriginal) => ({
  ...(await importOriginal<object>()),
  toDialect: async () => "'use strict';\n",
}));

function git(root: string, ...args: string[]): string {
  const identity = ['-c', 'user.name=tester', '-c', 'user.email=tester@example.com'];
  return execFileSync('git', [...identity, ...args], { cwd: root, encoding: 'utf8' });
}

function committed(files: Readonly<Record<string, string>>): string {
  const root = writeFiles(files, temporaryDirectory());
  git(root, 'init', '--quiet');
  git(root, '-c', 'core.autocrlf=false', 'add', '.');
  git(root, 'commit', '--quiet', '--message', 'As it was');
  return root;
}

async function retrofit(root: string, ...flags: string[]) {
  const { exitCode, stdout, stderr } = await commandLine(['retrofit', '--yes', '--json', ...flags], {
    cwd: root,
  });
  expect(stdout, stderr).toMatch(/^\{/);
  return { exitCode, ...(JSON.parse(stdout) as { status: string; routes: RouteVerdict[] }) };
}

function mapValues(files: Readonly<Record<string, string>>, change: (text: string) => string) {
  return Object.fromEntries(Object.entries(files).map(([path, text]) => [path, change(text)]));
}

function read(root: string, path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

function syntaxErrors(path: string, text: string): readonly ts.Diagnostic[] {
  const options = { fileName: path, reportDiagnostics: true, compilerOptions: { allowJs: true } };
  return ts.transpileModule(text, options).diagnostics ?? [];
}

describe.each(markedRepositories)('a repository of $name', ({ files, leftAlone }) => {
  it('gets what is marked and nothing else, once, and gives it back to the byte', async () => {
    const root = committed(mapValues(files, beforeRetrofit));
    const before = snapshot(root);

    const first = await retrofit(root);
    expect(first).toMatchObject({ exitCode: 0, status: 'done' });
    for (const [path, marked] of Object.entries(files)) {
      if (!/\.[cm]?[jt]s$/.test(path)) continue;
      expect(read(root, path), path).toBe(afterRetrofit(marked));
      expect(syntaxErrors(path, read(root, path)), path).toEqual([]);
    }
    const left = first.routes.filter(({ verdict }) => verdict === 'left alone');
    expect(left.map(({ file, path }) => `${file} ${path.split('/').at(-1)}`)).toHaveLength(
      Object.keys(leftAlone).length,
    );
    for (const [place, reason] of Object.entries(leftAlone)) {
      const [file, end = ''] = place.split(' ');
      expect(left.find((route) => route.file === file && route.path.endsWith(end))?.reason).toMatch(reason);
    }

    const retrofitted = snapshot(root);
    expect(await retrofit(root, '--allow-dirty')).toMatchObject({ exitCode: 0, status: 'unchanged' });
    expect(snapshot(root)).toEqual(retrofitted);

    expect((await commandLine(['undo', '--yes'], { cwd: root })).exitCode).toBe(0);
    expect(snapshot(root)).toEqual(before);
    expect(git(root, 'status', '--porcelain')).toBe('');
  });
});

const small = {
  'package.json': '{ "name": "small", "dependencies": { "express": "^4.0.0", "mongoose": "^8.0.0" } }',
  'routes.js': `const express = require('express');
const mongoose = require('mongoose');
const Item = mongoose.model('Item', new mongoose.Schema({ name: String }));
const list = async (req, res) => res.json(await Item.find());
module.exports = express().get('/', list).get('/also', list);
`,
};

describe('the file that starts the program', () => {
  it('is left to a person when nothing tells which it is', async () => {
    const root = committed(small);
    const { exitCode, stdout } = await commandLine(['retrofit', '--yes'], { cwd: root });
    expect(exitCode).toBe(4);
    expect(stdout).toContain("require('./scalable/cache');");
    expect(read(root, 'routes.js')).toContain(".get('/', cache(), list).get('/also', cache(), list)");
    expect(await retrofit(root, '--allow-dirty')).toMatchObject({ exitCode: 0, status: 'unchanged' });
  });

  it('is the one that listens when no script names it', async () => {
    const boot = "const app = require('./routes');\napp.listen(3000);\n";
    const root = committed({ ...small, 'boot.js': boot });
    expect((await retrofit(root)).exitCode).toBe(0);
    expect(read(root, 'boot.js')).toBe(`require('./scalable/cache');\n${boot}`);
  });
});

describe('a route file that was edited since', () => {
  it.each([
    ["const { invalidate, cache } = require('./scalable/cache');", 'cache'],
    ["const {\n  cache: kept,\n} = require('./scalable/cache/index.js');", 'kept'],
    ["const store = require('./scalable/cache')", 'store.cache'],
    ["const kept = require('./scalable/cache').cache;", 'kept'],
  ])('keeps its own import: %s', async (line, local) => {
    const root = committed(small);
    await retrofit(root);
    const edited = read(root, 'routes.js')
      .replace("const { cache } = require('./scalable/cache');", line)
      .replace("'/', cache()", `'/', ${local}({ ttl: 5 })`)
      .replace("'/also', cache(), ", "'/also', ");
    writeFileSync(join(root, 'routes.js'), edited);
    await retrofit(root, '--allow-dirty');
    expect(read(root, 'routes.js')).toBe(edited.replace("'/also', ", `'/also', ${local}(), `));
  });
});
