import path from 'node:path';
import { UserError } from '../errors.js';
import { decodeSource, isInside, resolveInside } from '../project/workspace.js';
import type { FileIo, FileStatus } from './file-io.js';
import { sha256 } from './hash.js';
import { alreadyThere, changedSince } from './materialise.js';
import type { CreateFile, EditFile, FileChange } from './plan.js';
import { spliceText } from './splice.js';

/** A change that may be written: everything that can be known beforehand was checked. */
export interface PreparedFile {
  readonly path: string;
  /** Real absolute path. */
  readonly target: string;
  readonly before?: { readonly bytes: Buffer; readonly status: FileStatus };
  readonly after: Buffer;
  readonly executable: boolean;
}

/** Checks every change against the disk without writing anything. Throws `UserError` for what cannot be written safely. */
export function prepareChanges(root: string, changes: readonly FileChange[], io: FileIo): PreparedFile[] {
  const targets = new Map<string, string>();
  return changes.map((change) => {
    const target = locateTarget(root, change.path, io);
    const other = targets.get(target);
    if (other !== undefined) throw new UserError(`${other} and ${change.path} are the same file`);
    targets.set(target, change.path);
    return change.kind === 'create' ? prepareCreate(change, target, io) : prepareEdit(change, target, io);
  });
}

/**
 * Real place of a root-relative path, which need not exist yet. Throws `UserError` when a symbolic link leads out of the root, or
 * when a file is where a folder is needed.
 */
export function locateTarget(root: string, relative: string, io: FileIo): string {
  const resolved = resolveInside(root, relative);
  const ancestor = nearestExisting(path.dirname(resolved), io);
  const real = io.realPath(ancestor);
  if (!isInside(io.realPath(root), real)) {
    throw new UserError(`${relative} is outside of the project: a symbolic link leads there`, {
      where: relative,
    });
  }
  if (io.status(real)?.kind !== 'directory') {
    throw new UserError(`${relative} cannot be written: ${path.relative(root, ancestor)} is not a folder`, {
      where: relative,
    });
  }
  return path.join(real, path.relative(ancestor, resolved));
}

/** The directories that are missing down to `directory`, the outermost first. */
export function missingDirectories(directory: string, io: FileIo): string[] {
  const missing: string[] = [];
  for (let place = directory; io.status(place) === undefined; place = path.dirname(place))
    missing.unshift(place);
  return missing;
}

export function nearestExisting(directory: string, io: FileIo): string {
  let place = directory;
  while (io.status(place) === undefined) place = path.dirname(place);
  return place;
}

function prepareCreate(
  { path: file, content, executable }: CreateFile,
  target: string,
  io: FileIo,
): PreparedFile {
  if (io.status(target) !== undefined) throw alreadyThere(file);
  requireWritable(nearestExisting(path.dirname(target), io), file, io);
  return { path: file, target, after: encode(file, content), executable: executable ?? false };
}

function prepareEdit({ path: file, before, splices }: EditFile, target: string, io: FileIo): PreparedFile {
  const status = io.status(target);
  if (status === undefined) throw changedSince(file);
  if (status.kind !== 'file') {
    throw new UserError(`${file} is not a regular file; it is not edited through a link`, { where: file });
  }
  requireWritable(path.dirname(target), file, io);
  requireWritable(target, file, io);
  const bytes = io.read(target);
  if (sha256(bytes) !== before) throw changedSince(file);
  const after = encode(file, spliceText(decodeSource(file, bytes).text, splices));
  return { path: file, target, before: { bytes, status }, after, executable: false };
}

function requireWritable(place: string, file: string, io: FileIo): void {
  if (io.isWritable(place)) return;
  throw new UserError(`${file} cannot be written: permission denied`, { where: file });
}

function encode(file: string, text: string): Buffer {
  const bytes = Buffer.from(text, 'utf8');
  if (bytes.toString('utf8') !== text) throw new Error(`the plan for ${file} cuts a character in two`);
  return bytes;
}
