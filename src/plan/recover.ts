import path from 'node:path';
import { diskIo, type FileIo } from './file-io.js';
import type { JournalRecord } from './journal.js';
import { removeIfEmpty, rollBack } from './roll-back.js';
import { hasLeftovers, withLockedState } from './state.js';

/** A run whose files are back in their old state. */
export interface RolledBack {
  readonly title: string;
  /** Root-relative paths of the files that the run was about. */
  readonly files: readonly string[];
}

/**
 * Rolls back a run that was killed; undefined when there was none. Cheap and read-only when nothing is left of one. Throws
 * `UserError` while another run is at work, or when somebody has changed the files since.
 */
export async function recover(root: string, io: FileIo = diskIo): Promise<RolledBack | undefined> {
  const place = path.resolve(root);
  if (!hasLeftovers(place, io)) return undefined;
  return finishRollBack(place, await withLockedState(place, io, () => rollBack(place, io)), io);
}

/** The folder of a project that the run had made goes with its last file. */
export function finishRollBack(
  root: string,
  record: JournalRecord | undefined,
  io: FileIo,
): RolledBack | undefined {
  if (record === undefined) return undefined;
  if (record.madeRoot) removeIfEmpty(root, io);
  return { title: record.title, files: record.files.map((file) => file.path) };
}
