import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { UserError } from '../errors.js';
import { errorCode, type FileIo } from './file-io.js';
import { STATE_DIRECTORY } from './manifest.js';
import { removeIfEmpty } from './roll-back.js';

/** Tells this process from an earlier one that had the same process id, as in a container. */
const processToken = randomUUID();

export const LOCK = 'lock';
const OWNER = 'owner';
const ATTEMPTS = 5;

/**
 * Takes the lock of a state directory, from a dead process if need be; the result gives it back.
 * Throws `UserError` while another run holds it.
 */
export function acquireLock(stateDirectory: string, io: FileIo): () => void {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (tryLock(stateDirectory, io)) return () => removeLock(path.join(stateDirectory, LOCK), io);
    takeFromTheDead(stateDirectory, io);
  }
  throw busy('another run');
}

/**
 * The lock is a directory that is renamed into place with its owner inside: renaming over one that is not empty fails on every
 * file system, and nobody ever sees a lock whose owner is not known yet.
 */
function tryLock(stateDirectory: string, io: FileIo): boolean {
  const staged = path.join(stateDirectory, `${LOCK}.${randomUUID()}`);
  try {
    if (io.status(stateDirectory) === undefined) io.makeDirectory(stateDirectory);
    io.makeDirectory(staged);
    io.write(path.join(staged, OWNER), Buffer.from(`${process.pid} ${processToken}`));
    io.rename(staged, path.join(stateDirectory, LOCK));
    return true;
  } catch (error) {
    removeLock(staged, io);
    if (isContention(error)) return false;
    removeIfEmpty(stateDirectory, io);
    throw error;
  }
}

/** The lock is there (Windows says EPERM), or another run came or went at the same moment. */
function isContention(error: unknown): boolean {
  return ['ENOTEMPTY', 'EEXIST', 'EPERM', 'ENOENT'].includes(errorCode(error) ?? '');
}

function takeFromTheDead(stateDirectory: string, io: FileIo): void {
  const lock = path.join(stateDirectory, LOCK);
  const owner = ownerOf(lock, io);
  if (owner === undefined) return;
  if (isAlive(owner)) throw busy(`another run (process ${owner.split(' ')[0]})`);
  const taken = path.join(stateDirectory, `${LOCK}.${randomUUID()}`);
  try {
    io.rename(lock, taken);
    // Somebody else may have taken it and locked in the meantime: then it goes back.
    if (ownerOf(taken, io) === owner) removeLock(taken, io);
    else io.rename(taken, lock);
  } catch (error) {
    if (!isContention(error)) throw error;
  }
}

function ownerOf(lock: string, io: FileIo): string | undefined {
  const file = path.join(lock, OWNER);
  return io.status(file) === undefined ? undefined : io.read(file).toString('utf8');
}

function isAlive(owner: string): boolean {
  const [pid, token] = owner.split(' ');
  if (Number(pid) === process.pid) return token === processToken;
  try {
    process.kill(Number(pid), 0);
    return true;
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
}

export function removeLock(lock: string, io: FileIo): void {
  for (const name of io.list(lock)) io.remove(path.join(lock, name));
  if (io.status(lock) !== undefined) io.removeDirectory(lock);
}

function busy(who: string): UserError {
  return new UserError(`${who} is changing this folder`, {
    where: `${STATE_DIRECTORY}/${LOCK}`,
    hint: `Wait until it is done. If there is none, delete ${STATE_DIRECTORY}/${LOCK}.`,
  });
}
