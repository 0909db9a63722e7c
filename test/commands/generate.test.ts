import { execFileSync } from 'node:child_process';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { temporaryDirectory, writeFiles } from '../support/temporary-directory.js';
import { commandLine, KEYS, projectFiles } from './command-line.js';

// Real files and processes: slow beside other tests.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

/** A project in a folder of its own, with these answers. */
async function created(...flags: string[]): Promise<string> {
  const cwd = temporaryDirectory();
  const { exitCode, stderr } = await commandLine(['my-api', '--yes', '--no-install', ...flags], { cwd });
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  return join(cwd, 'my-api');
}

const generate = (cwd: string, ...args: string[]) => commandLine(['generate', ...args], { cwd });

describe('generate gives what create gives, byte for byte', () => {
  it.each([
    [['--no-cache', '--no-redis'], 'cache', ['--cache', '--redis']],
    [['--no-cache'], 'cache', ['--cache']],
    [['--no-cache', '--no-redis'], 'redis', ['--no-cache', '--redis']],
    [['--database', 'none', '--no-cache', '--no-redis'], 'cache', ['--database', 'none']],
    [['--database', 'none'], 'database', []],
  ])('%j and generate %s', async (before, capability, after) => {
    const root = await created(...before);
    const { exitCode } = await generate(root, capability, '--yes');
    expect(exitCode).toBe(0);
    expect(projectFiles(root)).toEqual(projectFiles(await created(...after)));
  });
});

describe('generate', () => {
  let bare: Record<string, string>;

  beforeAll(async () => {
    bare = projectFiles(await created('--no-cache', '--no-redis'));
  });

  it('does nothing the second time', async () => {
    const root = writeFiles(bare);
    await generate(root, 'redis', '--yes');
    const once = projectFiles(root);
    const { exitCode, stdout } = await generate(root, 'redis', '--yes');
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: 'Nothing to do.\n' });
    expect(projectFiles(root)).toEqual(once);
  });

  it('is taken back by undo, to the byte', async () => {
    const root = writeFiles(bare);
    await generate(root, 'redis', '--yes');
    const { exitCode, stdout } = await commandLine(['undo', '--yes'], { cwd: root });
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^Took back "generate redis"\.\n {2}\.env\.example\n/);
    expect(projectFiles(root)).toEqual(bare);
    const again = await commandLine(['undo', '--yes'], { cwd: root });
    expect(again).toMatchObject({ exitCode: 3, stderr: 'error: there is nothing to undo here\n' });
  });

  it('is not taken back over what was written since', async () => {
    const root = writeFiles(bare);
    await generate(root, 'redis', '--yes');
    appendFileSync(join(root, 'src/services/index.ts'), '// mine\n');
    const changed = projectFiles(root);
    const { exitCode, stderr } = await commandLine(['undo', '--yes'], { cwd: root });
    expect(exitCode).toBe(3);
    expect(stderr).toContain('src/services/index.ts');
    expect(projectFiles(root)).toEqual(changed);
  });

  it('keeps what the user changed, and merges into it', async () => {
    const root = writeFiles(bare);
    const manifest = JSON.parse(bare['package.json'] ?? '');
    manifest.scripts.deploy = 'ship it';
    manifest.dependencies.express = '5.3.0';
    writeFileSync(join(root, 'package.json'), `${JSON.stringify(manifest, null, 4)}\n`);
    appendFileSync(join(root, '.env.example'), 'MINE=1\n');
    appendFileSync(join(root, 'src/server.ts'), '// mine\n');
    const { exitCode } = await generate(root, 'cache', '--yes');
    const after = projectFiles(root);
    expect(exitCode).toBe(0);
    const merged = JSON.parse(after['package.json'] ?? '');
    expect(merged.scripts.deploy).toBe('ship it');
    expect(merged.dependencies).toMatchObject({ express: '5.3.0', ioredis: expect.any(String) });
    expect(after['package.json']).toMatch(/^ {4}"name"/m);
    expect(after['.env.example']).toMatch(/^MINE=1$[\s\S]*^REDIS_URL=/m);
    expect(after['src/server.ts']).toContain('// mine\n');
    expect(after['src/server.ts']).not.toBe(`${bare['src/server.ts']}// mine\n`);
  });

  it('caches the routes that the user added as well', async () => {
    const orders = [
      "import { Router } from 'express';",
      "import { ProductModel } from '../products/product.model.js';",
      '',
      'export const orders = Router();',
      '',
      "orders.get('/', async (_req, res) => {",
      '  res.json(await ProductModel.find());',
      '});',
      '',
    ].join('\n');
    const root = writeFiles({ ...bare, 'src/orders/order.routes.ts': orders });
    const { exitCode, stdout } = await generate(root, 'cache', '--yes');
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: expect.stringMatching(/^GET .* cached /m) });
    const after = projectFiles(root);
    expect(after['src/orders/order.routes.ts']).toBe(
      orders
        .replace("product.model.js';\n", "product.model.js';\nimport { cache } from '../cache/index.js';\n")
        .replace("get('/', ", "get('/', cache(), "),
    );
    expect(await generate(root, 'cache', '--yes')).toMatchObject({ exitCode: 0, stdout: 'Nothing to do.\n' });
  });

  it('leaves a step where a change has no safe place', async () => {
    const root = writeFiles(bare);
    writeFileSync(join(root, 'src/services/index.ts'), "import './elsewhere.js';\n");
    const { exitCode, stdout } = await generate(root, 'redis', '--yes');
    expect(exitCode).toBe(4);
    expect(stdout).toContain('Bring this change into src/services/index.ts, which was edited by hand');
    expect(readFileSync(join(root, 'src/services/index.ts'), 'utf8')).toBe("import './elsewhere.js';\n");
  });

  it('names files in its way and changes nothing', async () => {
    const root = writeFiles({ ...bare, 'src/lib/redis.ts': '// mine\n' });
    const before = projectFiles(root);
    const { exitCode, stderr } = await generate(root, 'redis', '--yes');
    expect(exitCode).toBe(3);
    expect(stderr).toContain('src/lib/redis.ts');
    expect(projectFiles(root)).toEqual(before);
  });

  it('shows the diff in a dry run and writes nothing', async () => {
    const root = writeFiles(bare);
    const { exitCode, stdout } = await generate(root, 'redis', '--dry-run');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('+++ b/src/services/index.ts');
    expect(projectFiles(root)).toEqual(bare);
  });

  it('asks before it applies, and takes no for an answer', async () => {
    const root = writeFiles(bare);
    const run = (key: string) =>
      commandLine(['generate', 'redis'], { cwd: root, keys: [['files?', key]] as const });
    expect(await run('n')).toMatchObject({ exitCode: 130 });
    expect(await run(KEYS.interrupt)).toMatchObject({ exitCode: 130 });
    expect(projectFiles(root)).toEqual(bare);
    expect(await run('y')).toMatchObject({ exitCode: 0 });
    expect(projectFiles(root)).not.toEqual(bare);
  });

  it.each([
    [
      ['cache'],
      2,
      'error: There is no terminal to ask on, and applying needs your consent.\n  next:  Pass --yes',
    ],
    [['cache', '--json'], 2, ''],
    [['cach'], 2, 'error: There is no capability "cach".\n  next:  There are base, database, redis, cache.'],
    [['cache', '--cwd', 'nowhere'], 3, 'error: This folder does not exist.'],
    [['cache', '--cwd', 'src'], 3, 'error: No package.json here.'],
    [['cache', '--yess'], 2, "error: unknown option '--yess'\n  next:  Did you mean --yes?"],
  ])('refuses %j', async (args, code, message) => {
    const root = writeFiles(bare);
    const { exitCode, stdout, stderr } = await generate(root, ...args);
    expect(stderr).toContain(message);
    expect(exitCode).toBe(code);
    if (args.includes('--json')) expect(JSON.parse(stdout).error.hint).toContain('--yes');
    expect(projectFiles(root)).toEqual(bare);
  });

  it('refuses a dirty git tree, unless it is allowed', async () => {
    const root = writeFiles(bare);
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], { cwd: root });
    git('init', '--quiet');
    git('add', '.');
    git('commit', '--quiet', '--message', 'Begin');
    writeFileSync(join(root, 'notes.txt'), 'mine');
    const { exitCode, stderr } = await generate(root, 'redis', '--yes');
    expect(exitCode).toBe(3);
    expect(stderr).toContain('error: The git tree has uncommitted changes: notes.txt.\n');
    expect(stderr).toContain('next:  Commit or stash them first, or pass --allow-dirty.\n');
    expect(await generate(root, 'redis', '--yes', '--allow-dirty')).toMatchObject({ exitCode: 0 });
  });

  it('lists what there is without an argument', async () => {
    const { exitCode, stdout } = await generate(writeFiles(bare), '--json');
    expect(exitCode).toBe(0);
    const { capabilities } = JSON.parse(stdout);
    expect(capabilities).toContainEqual(expect.objectContaining({ id: 'cache', present: false }));
    expect(capabilities).toContainEqual(expect.objectContaining({ id: 'database', present: true }));
  });

  it('says when the manifest is damaged', async () => {
    const root = writeFiles({ ...bare, '.scalable.json': '{' });
    const { exitCode, stderr } = await generate(root, 'cache', '--yes');
    expect(exitCode).toBe(3);
    expect(stderr).toContain('.scalable.json is damaged');
  });
});
