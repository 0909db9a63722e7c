import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { applyPlan } from '../../src/plan/apply.js';
import { diskIo } from '../../src/plan/file-io.js';
import { writeFiles } from '../support/temporary-directory.js';
import { commandLine, type Outcome, projectFiles } from './command-line.js';

/** A small repository that nobody prepared: CommonJS, two spaces, no semicolon forgotten. */
const shop = {
  'package.json': `${JSON.stringify({ name: 'shop', main: 'app.js', dependencies: { express: '^4.22.0', mongoose: '^8.0.0' } }, null, 2)}\n`,
  '.env': 'MONGODB_URI=mongodb://admin:hunter2@db/shop\n',
  'app.js': [
    "const express = require('express');",
    "const mongoose = require('mongoose');",
    "const books = require('./books');",
    '',
    'const app = express();',
    "app.use('/books', books);",
    'mongoose.connect(process.env.MONGODB_URI);',
    'app.listen(3000);',
    '',
  ].join('\n'),
  'book.js': [
    "const mongoose = require('mongoose');",
    "module.exports = mongoose.model('Book', new mongoose.Schema({ title: String }));",
    '',
  ].join('\n'),
  'books.js': [
    "const { Router } = require('express');",
    "const Book = require('./book');",
    '',
    'const router = Router();',
    "router.get('/', async (req, res) => {",
    '  const books = await Book.find();',
    '  res.json(books);',
    '});',
    "router.get('/visit', async (req, res) => {",
    '  await Book.updateOne({ title: req.query.title }, { visited: true });',
    '  res.json({ visited: true });',
    '});',
    'module.exports = router;',
    '',
  ].join('\n'),
};

// The parser and the printer are loaded here: seconds, on a busy machine.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const retrofit = (cwd: string, ...args: string[]) => commandLine(['retrofit', ...args], { cwd });

describe('retrofit', () => {
  const root = writeFiles(shop);
  let first: Outcome;
  let retrofitted: Record<string, string>;

  beforeAll(async () => {
    first = await retrofit(root, '--yes');
    retrofitted = projectFiles(root);
  });

  it('caches what is safe and says why for every route', () => {
    const { exitCode, stdout, stderr } = first;
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: 'Reading the repository...\n' });
    expect(stdout).toMatch(/^METHOD +PATH +VERDICT +BEFORE +REASON +AT$/m);
    expect(stdout).toMatch(/^GET +\/books +cached +.*books\.js:5$/m);
    expect(stdout).toMatch(/^GET +\/books\/visit +left alone +- +.*books\.js:9$/m);
    expect(stdout).toMatch(/Next:\n {2}npm install\n {2}npx create-scalable-backend undo\n$/);
    expect(stdout).not.toContain('hunter2');
    expect(retrofitted['books.js']).toContain("router.get('/', cache(), async (req, res) => {");
    expect(JSON.parse(retrofitted['package.json'] ?? '').dependencies).toHaveProperty('lru-cache');
  });

  it('shows the edits line by line, and new files as a count', () => {
    expect(first.stdout).toContain("+router.get('/', cache(), async (req, res) => {\n");
    expect(first.stdout).toMatch(/^ {2}create scalable\/cache\/ \(\d+ files\)$/m);
    expect(first.stdout).not.toContain('+++ b/scalable/');
  });

  it('changes nothing the second time', async () => {
    const again = await retrofit(root, '--yes');
    expect(again).toMatchObject({ exitCode: 0, stdout: 'Nothing to do.\n' });
    expect(projectFiles(root)).toEqual(retrofitted);
  });

  it('is taken back by undo, to the byte', async () => {
    expect(await commandLine(['undo', '--yes'], { cwd: root })).toMatchObject({ exitCode: 0 });
    expect(projectFiles(root)).toEqual(shop);
  });

  it('is what generate does in such a repository', async () => {
    const other = writeFiles(shop);
    expect(await commandLine(['generate', 'cache', '--yes'], { cwd: other })).toMatchObject({ exitCode: 0 });
    expect(projectFiles(other)).toEqual(retrofitted);
  });

  it('plans around a file that has a syntax error, and writes nothing in a dry run', async () => {
    const files = { ...shop, 'broken.js': "const express = require('express');\nconst = 1;\n" };
    const broken = writeFiles(files);
    const { exitCode, stdout } = await retrofit(broken, '--dry-run', '--json');
    const { plan, routes, diff, ...result } = JSON.parse(stdout);
    expect({ exitCode, ...result }).toMatchObject({ exitCode: 0, command: 'retrofit', status: 'planned' });
    expect(plan.warnings[0]).toMatch(/^broken\.js:2 was not analysed: /);
    expect(routes).toHaveLength(2);
    expect(diff).toContain('+++ b/scalable/cache/index.js\n');
    expect(stdout).not.toContain('hunter2');
    expect(projectFiles(broken)).toEqual(files);
  });

  it.each([
    [
      { 'package.json': '{ "name": "x" }', 'index.js': 'console.log(1);\n' },
      [],
      3,
      'No Express application was found here.',
    ],
    [{ 'package.json': '{ "name": ' }, [], 3, 'package.json is not valid JSON'],
    [shop, ['redis'], 2, 'redis cannot be put into a repository that this tool did not make.'],
    [shop, ['cahce'], 2, 'There is no capability "cahce".'],
  ])('refuses %#', async (files, args, code, message) => {
    const refused = writeFiles(files);
    const { exitCode, stderr } = await retrofit(refused, ...args, '--yes');
    expect(stderr).toContain(`error: ${message}`);
    expect(exitCode).toBe(code);
    expect(projectFiles(refused)).toEqual(files);
  });

  it('refuses a project that this tool made', async () => {
    const cwd = writeFiles({});
    await commandLine(['my-api', '--yes', '--no-install'], { cwd });
    const { exitCode, stderr } = await retrofit(join(cwd, 'my-api'), '--yes');
    expect(exitCode).toBe(3);
    expect(stderr).toContain('next:  Run `create-scalable-backend generate <capability>` instead.');
  });

  it('loses nothing when the disk is full or a file changes meanwhile', async () => {
    const repository = writeFiles(shop);
    const full = { ...diskIo, rename: failingAfter(10, diskIo.rename) };
    const failing = await commandLine(['retrofit', '--yes'], {
      cwd: repository,
      services: { applyPlan: (folder, plan) => applyPlan(folder, plan, { io: full }) },
    });
    expect(failing.exitCode).toBe(3);
    expect(failing.stderr).toContain('ENOSPC');
    expect(projectFiles(repository)).toEqual(shop);
    const edited = await commandLine(['retrofit', '--yes'], {
      cwd: repository,
      services: {
        applyPlan: (folder, plan) => {
          writeFileSync(join(folder, 'books.js'), '// mine\n');
          return applyPlan(folder, plan);
        },
      },
    });
    expect(edited.exitCode).toBe(3);
    expect(projectFiles(repository)).toEqual({ ...shop, 'books.js': '// mine\n' });
  });
});

/** A disk that is full after some calls, and has room again for taking back. */
function failingAfter<A extends unknown[]>(calls: number, act: (...args: A) => void): (...args: A) => void {
  let left = calls;
  return (...args) => {
    left -= 1;
    if (left === 0) throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
    act(...args);
  };
}
