import { isUtf8 } from 'node:buffer';
import path from 'node:path';
import { UserError } from '../errors.js';
import { sha256 } from '../plan/hash.js';
import { STATE_DIRECTORY } from '../plan/manifest.js';

/** A file of the workspace as read. `text` round-trips: encoding it as UTF-8 gives `bytes` again. */
export interface SourceText {
  /** Root-relative, forward slashes. */
  readonly path: string;
  /** Decoded UTF-8; a byte order mark, if any, is the first code unit. */
  readonly text: string;
  /** SHA-256 (hex) of the bytes. */
  readonly hash: string;
}

/**
 * A read-only view of a folder, as it was when each thing was first looked at: what is computed on a text stays true.
 * Paths are root-relative with forward slashes; nothing outside the root is reachable.
 */
export interface Workspace {
  /** Absolute path, or a label for one that lives in memory. */
  readonly root: string;
  /** Whether there is a file or folder. */
  exists(path: string): boolean;
  /** Undefined when there is no such regular file. Throws `UserError` when it is not valid UTF-8 or not readable. */
  read(path: string): SourceText | undefined;
  /**
   * Regular files, sorted; without `.git`, `node_modules`, build output (`dist`, `build`, `coverage`), our own `.scalable/`,
   * and symbolic links: what one reaches inside of the root is listed at its own place.
   */
  files(): readonly string[];
}

const skippedDirectories = new Set(['.git', 'node_modules', 'dist', 'build', 'coverage', STATE_DIRECTORY]);

/** Whether `files()` leaves out a directory of this name. */
export function isSkippedDirectory(name: string): boolean {
  return skippedDirectories.has(name);
}

/** Absolute path of a root-relative one; throws `UserError` when it leaves the root. */
export function resolveInside(root: string, relative: string): string {
  const resolved = path.resolve(root, relative);
  if (path.isAbsolute(relative) || !isInside(root, resolved)) {
    throw new UserError(`${relative} is outside of the project`, { where: relative });
  }
  return resolved;
}

/** Whether `target` is `root` or lies below it, both absolute. */
export function isInside(root: string, target: string): boolean {
  const relative = path.relative(root, target);
  return relative.split(path.sep)[0] !== '..' && !path.isAbsolute(relative);
}

/** Throws `UserError` for bytes that are not UTF-8: editing them as text would change what nobody asked for. */
export function decodeSource(file: string, bytes: Buffer): SourceText {
  if (!isUtf8(bytes)) {
    throw new UserError(`${file} is not valid UTF-8`, {
      where: file,
      hint: 'Save the file as UTF-8.',
    });
  }
  return { path: file, text: bytes.toString('utf8'), hash: sha256(bytes) };
}
