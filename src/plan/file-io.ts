import {
  accessSync,
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmdirSync,
  type Stats,
  unlinkSync,
  writeFileSync,
} from 'node:fs';

export interface FileStatus {
  readonly kind: 'file' | 'directory' | 'other';
  /** Permission bits. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

export interface WriteOptions {
  /** For a new file, less the umask. Default 0o644. */
  readonly mode?: number;
  /** Takes over permissions, and the owner where the process may give files away. */
  readonly like?: FileStatus;
  /** The bytes are on the disk when `write` returns. */
  readonly durable?: boolean;
}

/** What the engine does to a disk. Absolute paths; every error is Node's, with its `code`. Symbolic links are not followed. */
export interface FileIo {
  /** Undefined when nothing is there. */
  status(path: string): FileStatus | undefined;
  realPath(path: string): string;
  isWritable(path: string): boolean;
  read(path: string): Buffer;
  /** Names in a directory; none when it is missing. */
  list(directory: string): string[];
  /** Creates or overwrites. */
  write(path: string, bytes: Uint8Array, options?: WriteOptions): void;
  rename(from: string, to: string): void;
  remove(file: string): void;
  makeDirectory(path: string): void;
  /** Fails unless it is empty. */
  removeDirectory(path: string): void;
  /** Makes the creations, renames and removals in a directory survive a power cut. */
  syncDirectory(path: string): void;
}

export const diskIo: FileIo = {
  status: (path) => unlessMissing(() => statusOf(lstatSync(path))),
  realPath: (path) => realpathSync.native(path),
  isWritable,
  read: (path) => readFileSync(path),
  list: (directory) => unlessMissing(() => readdirSync(directory)) ?? [],
  write,
  rename: renameSync,
  remove: unlinkSync,
  makeDirectory: (path) => {
    mkdirSync(path);
  },
  removeDirectory: (path) => rmdirSync(path),
  syncDirectory,
};

export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}

function unlessMissing<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}

function statusOf(stats: Stats): FileStatus {
  const kind = stats.isFile() ? 'file' : stats.isDirectory() ? 'directory' : 'other';
  return { kind, mode: stats.mode & 0o7777, uid: stats.uid, gid: stats.gid };
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function write(path: string, bytes: Uint8Array, { mode = 0o644, like, durable }: WriteOptions = {}): void {
  const file = openSync(path, 'w', like?.mode ?? mode);
  try {
    writeFileSync(file, bytes);
    if (like !== undefined) liken(file, like);
    if (durable) fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function liken(file: number, { mode, uid, gid }: FileStatus): void {
  const own = fstatSync(file);
  if (own.uid !== uid || own.gid !== gid) {
    try {
      fchownSync(file, uid, gid);
    } catch (error) {
      // Only root gives files away; without it the file belongs to who runs the command, as after any editor's save.
      if (errorCode(error) !== 'EPERM') throw error;
    }
  }
  fchmodSync(file, mode);
}

function syncDirectory(path: string): void {
  // Windows cannot open a directory; its renames are journaled by the file system.
  if (process.platform === 'win32') return;
  const directory = openSync(path, 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}
