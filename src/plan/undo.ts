import path from 'node:path';
import { UserError } from '../errors.js';
import { diskIo, type FileIo } from './file-io.js';
import {
  historyNumbers,
  historyPath,
  type JournalRecord,
  journalPath,
  readRecord,
  syncAll,
} from './journal.js';
import { finishRollBack, type RolledBack, recover } from './recover.js';
import { type PlacedFile, placedFiles, rollBack } from './roll-back.js';
import { withLockedState } from './state.js';

/**
 * Takes back the latest run that was applied, or the one that was killed on its way: bytes, modes, new files and directories.
 * Throws `UserError` with nothing changed when there is none, or when somebody has changed the files since.
 */
export async function undo(root: string, io: FileIo = diskIo): Promise<RolledBack> {
  const place = path.resolve(root);
  const interrupted = await recover(place, io);
  if (interrupted !== undefined) return interrupted;
  if (historyNumbers(place, io).length === 0) throw nothingToUndo();
  const record = await withLockedState(place, io, () => undoLatest(place, io));
  return finishRollBack(place, record, io) ?? { title: '', files: [] };
}

/** Its record becomes the journal again, by one rename: from then on, an interruption leads to the old state. */
function undoLatest(root: string, io: FileIo): JournalRecord | undefined {
  const latest = path.join(historyPath(root), String(historyNumbers(root, io).at(-1)));
  const record = readRecord(latest, io);
  if (record === undefined) throw nothingToUndo();
  refuseReadOnly(placedFiles(root, latest, record, io), io);
  io.rename(latest, journalPath(root));
  if (record.durable) syncAll([historyPath(root), path.dirname(historyPath(root))], io);
  return rollBack(root, io);
}

function refuseReadOnly(files: readonly PlacedFile[], io: FileIo): void {
  const refused = files.filter(({ target }) => !io.isWritable(path.dirname(target)));
  if (refused.length === 0) return;
  const names = refused.map((file) => file.path);
  throw new UserError(`permission denied: ${names.join(', ')}`, { where: names[0] ?? '' });
}

function nothingToUndo(): UserError {
  return new UserError('there is nothing to undo here');
}
