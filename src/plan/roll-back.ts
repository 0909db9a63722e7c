import path from 'node:path';
import { UserError } from '../errors.js';
import { errorCode, type FileIo } from './file-io.js';
import { sha256 } from './hash.js';
import {
  discardJournal,
  type JournalRecord,
  journalPath,
  moveIntoPlace,
  readRecord,
  savedPath,
  stagedPath,
  syncAll,
  temporaryPath,
} from './journal.js';
import { STATE_DIRECTORY } from './manifest.js';
import { locateTarget, nearestExisting } from './preflight.js';
import { explainWriteError } from './write-error.js';

/** A file that holds what the run wrote. */
export interface PlacedFile {
  readonly path: string;
  readonly target: string;
  /** Where its old bytes are; undefined for a file that was new. */
  readonly saved: string | undefined;
}

/**
 * Puts every file that the journal's run has placed back to its old bytes and mode, and deletes the journal. What is done already
 * is skipped, so that it may be interrupted and repeated. Throws `UserError` with nothing changed when somebody else has changed
 * one of those files. Undefined when no run had begun.
 */
export function rollBack(root: string, io: FileIo): JournalRecord | undefined {
  const journal = journalPath(root);
  const record = readRecord(journal, io);
  if (record !== undefined) {
    const placed = placedFiles(root, journal, record, io);
    for (const file of placed.toReversed()) restore(file, io);
    removeTemporaries(root, record, io);
    for (const directory of record.directories.toReversed()) removeIfEmpty(path.join(root, directory), io);
    if (record.durable) syncAll(parentsOf(placed, io), io);
  }
  discardJournal(root, io);
  return record;
}

/**
 * The files of a run that are not in their old state. Throws `UserError` that names those which are in neither the old nor the new
 * one: they are somebody else's work. `journal`: the directory of the run's record.
 */
export function placedFiles(root: string, journal: string, record: JournalRecord, io: FileIo): PlacedFile[] {
  const changed: string[] = [];
  const placed = record.files.flatMap(({ path: file, before, after }, index): PlacedFile[] => {
    const target = locateTarget(root, file, io);
    const current = currentHash(target, io);
    if (current === before) return [];
    if (current === after) {
      return [
        { path: file, target, saved: before === null ? undefined : intactCopy(journal, index, before, io) },
      ];
    }
    const wasReached = io.status(stagedPath(journal, index)) === undefined;
    if (wasReached) changed.push(file);
    return [];
  });
  if (changed.length > 0) throw changedByOthers(changed, record);
  return placed;
}

/** Deletes a directory when nothing is in it. */
export function removeIfEmpty(directory: string, io: FileIo): void {
  try {
    io.removeDirectory(directory);
  } catch (error) {
    if (!['ENOENT', 'ENOTDIR', 'ENOTEMPTY', 'EEXIST'].includes(errorCode(error) ?? '')) throw error;
  }
}

/** Null when nothing is there, as for a file that was new. */
function currentHash(target: string, io: FileIo): string | null {
  const status = io.status(target);
  if (status === undefined) return null;
  return status.kind === 'file' ? sha256(io.read(target)) : status.kind;
}

function intactCopy(journal: string, index: number, hash: string, io: FileIo): string {
  const saved = savedPath(journal, index);
  if (io.status(saved) !== undefined && sha256(io.read(saved)) === hash) return saved;
  throw new UserError(`the saved copy ${path.basename(saved)} is damaged`, { where: STATE_DIRECTORY });
}

function restore({ path: file, target, saved }: PlacedFile, io: FileIo): void {
  try {
    if (saved === undefined) io.remove(target);
    else moveIntoPlace(saved, target, io);
  } catch (error) {
    throw explainWriteError(error, file, 'the next run in this folder goes on putting the files back');
  }
}

function removeTemporaries(root: string, record: JournalRecord, io: FileIo): void {
  for (const file of record.files) {
    const temporary = temporaryPath(locateTarget(root, file.path, io));
    if (io.status(temporary) !== undefined) io.remove(temporary);
  }
}

function parentsOf(placed: readonly PlacedFile[], io: FileIo): Set<string> {
  return new Set(placed.map(({ target }) => nearestExisting(path.dirname(target), io)));
}

function changedByOthers(files: readonly string[], { title }: JournalRecord): UserError {
  return new UserError(`changed since "${title}" and not touched: ${files.join(', ')}`, {
    where: files[0] ?? '',
    hint: 'Bring the named files back to what was written, then run the command again.',
  });
}
