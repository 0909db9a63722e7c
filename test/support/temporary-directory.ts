import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll } from 'vitest';

const created: string[] = [];

// Registered by the import, so a test file that makes directories in hooks, tests or helpers cleans up all the same.
afterAll(() => {
  for (const directory of created.splice(0)) rmSync(directory, { recursive: true, force: true });
});

/** A new empty directory (its real path), removed after the tests of the importing file. */
export function temporaryDirectory(): string {
  const directory = realpathSync(mkdtempSync(path.join(tmpdir(), 'csb-test-')));
  created.push(directory);
  return directory;
}

/** Writes files by root-relative path, making folders as needed. Returns the root: a new temporary directory by default. */
export function writeFiles(
  files: Readonly<Record<string, string | Uint8Array>>,
  root = temporaryDirectory(),
): string {
  for (const [file, content] of Object.entries(files)) {
    const target = path.join(root, file);
    mkdirSync(path.dirname(target), { recursive: true });
    writeFileSync(target, content);
  }
  return root;
}
