import path from 'node:path';
import { UserError } from '../errors.js';
import { errorCode, type FileIo } from './file-io.js';
import { historyNumbers, historyPath, journalPath } from './journal.js';
import { acquireLock, LOCK, removeLock } from './lock.js';
import { STATE_DIRECTORY } from './manifest.js';
import { removeIfEmpty } from './roll-back.js';
import { explainWriteError } from './write-error.js';

const IGNORE_FILE = '.gitignore';
const IGNORE_DRAFT = '.gitignore.draft';

/** Runs `action` as the only one that changes the project. Nothing is left of the state directory when it holds no history. */
export async function withLockedState<T>(root: string, io: FileIo, action: () => T | Promise<T>): Promise<T> {
  const state = path.join(root, STATE_DIRECTORY);
  refuseForeignState(state, io);
  const release = lockState(state, io);
  try {
    hideFromGit(state, io);
    return await action();
  } finally {
    leave(root, state, release, io);
  }
}

function lockState(state: string, io: FileIo): () => void {
  try {
    return acquireLock(state, io);
  } catch (error) {
    throw explainWriteError(error, STATE_DIRECTORY, 'nothing was changed');
  }
}

/** Whether an interrupted run left something behind. Read-only. */
export function hasLeftovers(root: string, io: FileIo): boolean {
  const state = path.join(root, STATE_DIRECTORY);
  if (io.status(state)?.kind !== 'directory') return false;
  const lasting = [IGNORE_FILE, path.basename(historyPath(root))];
  return historyNumbers(root, io).length === 0 || io.list(state).some((name) => !lasting.includes(name));
}

function refuseForeignState(state: string, io: FileIo): void {
  const kind = io.status(state)?.kind;
  if (kind === undefined || kind === 'directory') return;
  throw new UserError(`${STATE_DIRECTORY} is not a folder`, {
    where: STATE_DIRECTORY,
    hint: 'Move it away.',
  });
}

/** By an ignore file of its own, so that nothing of the user's is edited. */
function hideFromGit(state: string, io: FileIo): void {
  const ignore = path.join(state, IGNORE_FILE);
  if (io.status(ignore) !== undefined) return;
  const draft = path.join(state, IGNORE_DRAFT);
  io.write(draft, Buffer.from('*\n'));
  io.rename(draft, ignore);
}

/** The outcome stands by now: what cannot be tidied is left to the next run. */
function leave(root: string, state: string, release: () => void, io: FileIo): void {
  try {
    for (const name of io.list(state)) {
      if (name.startsWith(`${LOCK}.`)) removeLock(path.join(state, name), io);
      if (name === IGNORE_DRAFT) io.remove(path.join(state, name));
    }
    if (historyNumbers(root, io).length === 0) removeIfEmpty(historyPath(root), io);
    const isNeeded = [historyPath(root), journalPath(root)].some((place) => io.status(place) !== undefined);
    if (!isNeeded && io.status(path.join(state, IGNORE_FILE))) io.remove(path.join(state, IGNORE_FILE));
    release();
    if (!isNeeded) removeIfEmpty(state, io);
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
  }
}
