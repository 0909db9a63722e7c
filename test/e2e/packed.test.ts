import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../support/temporary-directory.js';
import { finish, tool } from './support/processes.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Root-relative paths and contents below `folder`. */
function contents(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  const paths = files.map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1)).sort();
  return Object.fromEntries(paths.map((path) => [path, readFileSync(join(folder, path), 'utf8')]));
}

describe('the packed tarball', () => {
  const folder = temporaryDirectory();

  beforeAll(async () => {
    const { stdout } = await execa(
      'npm',
      ['pack', '--ignore-scripts', '--json', '--pack-destination', folder],
      { cwd: root },
    );
    const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
    writeFileSync(join(folder, 'package.json'), '{ "private": true }');
    const quiet = ['--prefer-offline', '--no-audit', '--no-fund'];
    await execa('npm', ['install', ...quiet, join(folder, filename)], { cwd: folder });
  });

  function packed(args: readonly string[], cwd: string) {
    const bin = join(folder, 'node_modules/.bin/create-scalable-backend');
    return finish(bin, args, cwd);
  }

  it('creates byte for byte what the clone creates', async () => {
    const [fromClone, fromPackage] = [temporaryDirectory(), temporaryDirectory()];
    const args = ['my-api', '--yes', '--no-install', '--no-git'];
    expect((await tool(args, fromClone)).exitCode).toBe(0);
    const created = await packed(args, fromPackage);
    expect(created.exitCode, created.output).toBe(0);
    const expected = contents(fromClone);
    expect(Object.keys(expected)).toContain('my-api/.gitignore');
    expect(contents(fromPackage)).toEqual(expected);
  });

  it('generates and undoes', async () => {
    const parent = temporaryDirectory();
    await packed(['my-api', '--yes', '--no-install', '--no-git', '--no-cache', '--no-redis'], parent);
    const project = join(parent, 'my-api');
    const before = contents(project);
    const generated = await packed(['generate', 'cache', '--yes'], project);
    expect(generated.exitCode, generated.output).toBe(0);
    expect(contents(project)).not.toEqual(before);
    const undone = await packed(['undo', '--yes'], project);
    expect(undone.exitCode, undone.output).toBe(0);
    expect(contents(project)).toEqual(before);
  });
});
