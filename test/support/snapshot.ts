import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import path from 'node:path';

/** Every entry below a folder except `.git`: permissions with the bytes (base64), the link target, or `directory`. */
export function snapshot(root: string): Record<string, string> {
  const entries = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.split(path.sep)[0] !== '.git')
    .sort();
  return Object.fromEntries(entries.map((name) => [name, describeEntry(path.join(root, name))]));
}

function describeEntry(place: string): string {
  const stats = lstatSync(place);
  const mode = (stats.mode & 0o7777).toString(8);
  if (stats.isSymbolicLink()) return `link to ${readlinkSync(place)}`;
  if (stats.isDirectory()) return `${mode} directory`;
  return `${mode} ${readFileSync(place).toString('base64')}`;
}
