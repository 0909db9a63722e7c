import { type Dirent, lstatSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { UserError } from '../errors.js';
import {
  decodeSource,
  isInside,
  isSkippedDirectory,
  resolveInside,
  type SourceText,
  type Workspace,
} from './workspace.js';

/** Opens a folder for reading; one that does not exist is empty. */
export function openWorkspace(root: string): Workspace {
  return new DiskWorkspace(path.resolve(root));
}

class DiskWorkspace implements Workspace {
  readonly root: string;
  private readonly sources = new Map<string, SourceText | undefined>();
  private listed: readonly string[] | undefined;
  private realRoot: string | undefined;

  constructor(root: string) {
    this.root = root;
  }

  exists(file: string): boolean {
    return this.locate(file) !== undefined;
  }

  read(file: string): SourceText | undefined {
    const known = this.sources.get(file);
    if (known !== undefined || this.sources.has(file)) return known;
    const source = this.readFromDisk(file);
    this.sources.set(file, source);
    return source;
  }

  files(): readonly string[] {
    this.listed ??= [...listFiles(this.root, '')].sort();
    return this.listed;
  }

  private readFromDisk(file: string): SourceText | undefined {
    const target = this.locate(file);
    if (target === undefined) return undefined;
    const bytes = found(file, () => (lstatSync(target).isFile() ? readFileSync(target) : undefined));
    return bytes && decodeSource(file, bytes);
  }

  /** Real path of what is there; undefined when nothing is, or when a symbolic link leads out of the root. */
  private locate(file: string): string | undefined {
    const target = resolveInside(this.root, file);
    const real = found(file, () => realpathSync.native(target));
    if (real === undefined) return undefined;
    this.realRoot ??= realpathSync.native(this.root);
    return isInside(this.realRoot, real) ? real : undefined;
  }
}

function* listFiles(directory: string, prefix: string): Generator<string> {
  for (const entry of entriesOf(directory)) {
    if (entry.isFile()) yield prefix + entry.name;
    else if (entry.isDirectory() && !isSkippedDirectory(entry.name)) {
      yield* listFiles(path.join(directory, entry.name), `${prefix}${entry.name}/`);
    }
  }
}

/** None for a directory that may not be read: a database volume that belongs to root lies in many repositories. */
function entriesOf(directory: string): Dirent[] {
  try {
    return readdirSync(directory, { withFileTypes: true });
  } catch {
    return [];
  }
}

/** What `look` finds; undefined when there is nothing at that path. */
function found<T>(file: string, look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP') return undefined;
    throw new UserError(`${file} cannot be read (${String(code ?? error)})`, { where: file });
  }
}
