import path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { ExitCode, UserError } from '../errors.js';
import { diskIo, type FileIo } from './file-io.js';
import { sha256 } from './hash.js';
import {
  beginJournal,
  commitJournal,
  type JournalRecord,
  journalPath,
  moveIntoPlace,
  recordOf,
  stagedPath,
  syncAll,
} from './journal.js';
import { STATE_DIRECTORY } from './manifest.js';
import { alreadyThere, changedSince } from './materialise.js';
import type { Plan } from './plan.js';
import { missingDirectories, type PreparedFile, prepareChanges } from './preflight.js';
import { removeIfEmpty, rollBack } from './roll-back.js';
import { withLockedState } from './state.js';
import { explainWriteError, messageOf } from './write-error.js';

const UNCHANGED = 'nothing was changed';

export interface ApplyOptions {
  readonly io?: FileIo;
  /** Once aborted, what was written is taken back, and a `UserError` (cancelled) is thrown. */
  readonly signal?: AbortSignal;
}

/**
 * Writes a plan into the folder, all or nothing, and keeps what `undo` needs. Makes the folder when it is missing. Throws
 * `UserError` with nothing changed when the files are not those the plan was made for, or cannot be written.
 */
export async function applyPlan(
  root: string,
  plan: Pick<Plan, 'title' | 'changes'>,
  { io = diskIo, signal }: ApplyOptions = {},
): Promise<void> {
  if (plan.changes.length === 0) return;
  const place = path.resolve(root);
  const made = missingDirectories(place, io);
  try {
    for (const directory of made) io.makeDirectory(directory);
    await withLockedState(place, io, () => {
      rollBack(place, io);
      const prepared = prepareChanges(place, plan.changes, io);
      const record = recordOf(place, { title: plan.title, madeRoot: made.length > 0 }, prepared, io);
      return writeAll({ root: place, prepared, record, io, signal });
    });
  } catch (error) {
    for (const directory of made.toReversed()) removeIfEmpty(directory, io);
    throw explainWriteError(error, STATE_DIRECTORY, UNCHANGED);
  }
}

interface Run {
  readonly root: string;
  readonly prepared: readonly PreparedFile[];
  readonly record: JournalRecord;
  readonly io: FileIo;
  readonly signal: AbortSignal | undefined;
}

async function writeAll(run: Run): Promise<void> {
  const { root, prepared, record, io, signal } = run;
  let current = STATE_DIRECTORY;
  try {
    beginJournal(root, record, prepared, io);
    for (const directory of record.directories) makeDirectory(path.join(root, directory), io);
    for (const [index, file] of prepared.entries()) {
      current = file.path;
      place(file, stagedPath(journalPath(root), index), io);
      await letSignalIn(signal);
    }
    if (record.durable) syncAll(new Set(prepared.map(({ target }) => path.dirname(target))), io);
    commitJournal(root, record, io);
  } catch (error) {
    takeBack(run, explainWriteError(error, current, UNCHANGED));
  }
}

/** Looks once more before it replaces: an editor may have saved the file since it was read. */
function place({ path: file, target, before }: PreparedFile, staged: string, io: FileIo): void {
  const status = io.status(target);
  if (before === undefined) {
    if (status !== undefined) throw alreadyThere(file);
  } else if (status?.kind !== 'file' || sha256(io.read(target)) !== sha256(before.bytes)) {
    throw changedSince(file);
  }
  moveIntoPlace(staged, target, io);
}

function makeDirectory(directory: string, io: FileIo): void {
  if (io.status(directory) === undefined) io.makeDirectory(directory);
}

/** Ctrl-C reaches a handler only between two turns of the event loop. */
async function letSignalIn(signal: AbortSignal | undefined): Promise<void> {
  await nextTurn();
  if (signal?.aborted) throw new UserError(`cancelled; ${UNCHANGED}`, { exitCode: ExitCode.cancelled });
}

function takeBack({ root, io }: Run, cause: unknown): never {
  try {
    rollBack(root, io);
  } catch (failure) {
    throw new UserError(`${messageOf(cause)}; putting the files back failed as well: ${messageOf(failure)}`, {
      where: cause instanceof UserError ? (cause.where ?? STATE_DIRECTORY) : STATE_DIRECTORY,
      hint: 'Run the command again in this folder: it puts the files back first.',
    });
  }
  throw cause;
}
