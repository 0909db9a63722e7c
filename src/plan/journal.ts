import path from 'node:path';
import { UserError } from '../errors.js';
import { errorCode, type FileIo } from './file-io.js';
import { sha256 } from './hash.js';
import { STATE_DIRECTORY } from './manifest.js';
import { missingDirectories, type PreparedFile } from './preflight.js';

/**
 * What a run does to the files, in `.scalable/journal/` while it lasts and in `.scalable/history/<n>/` afterwards:
 * `record.json`, the old bytes of file i as `before-i`, its new bytes as `after-i` until they are moved into place.
 * All space is taken before the first file of the user changes, and both ways then only need renames.
 */
export interface JournalRecord {
  readonly version: 1;
  readonly title: string;
  /** Survives a power cut, not only the end of the process. */
  readonly durable: boolean;
  readonly files: readonly JournalFile[];
  /** The run made the root itself. */
  readonly madeRoot: boolean;
  /** Root-relative directories that the run makes, the outermost first. */
  readonly directories: readonly string[];
}

interface JournalFile {
  readonly path: string;
  /** Hash of the old bytes; null for a new file. */
  readonly before: string | null;
  readonly after: string;
}

const RECORD = 'record.json';

/** The new bytes of a file, until they are moved into place. */
export function stagedPath(journal: string, index: number): string {
  return path.join(journal, `after-${index}`);
}

/** The old bytes of a file. */
export function savedPath(journal: string, index: number): string {
  return path.join(journal, `before-${index}`);
}

export function journalPath(root: string): string {
  return path.join(root, STATE_DIRECTORY, 'journal');
}

export function historyPath(root: string): string {
  return path.join(root, STATE_DIRECTORY, 'history');
}

/** Numbers of the records that can be undone, the oldest first. */
export function historyNumbers(root: string, io: FileIo): number[] {
  const names = io.list(historyPath(root)).filter((name) => /^\d+$/.test(name));
  return names.map(Number).sort((a, b) => a - b);
}

/** Writes the journal of a run; from the moment that its record is there, an interrupted run is rolled back. */
export function beginJournal(
  root: string,
  record: JournalRecord,
  prepared: readonly PreparedFile[],
  io: FileIo,
): void {
  const journal = journalPath(root);
  const { durable } = record;
  io.makeDirectory(journal);
  for (const [index, { before, after, executable }] of prepared.entries()) {
    const like = before && { like: before.status };
    if (before !== undefined) io.write(savedPath(journal, index), before.bytes, { ...like, durable });
    io.write(stagedPath(journal, index), after, { mode: executable ? 0o755 : 0o644, ...like, durable });
  }
  const draft = path.join(journal, `${RECORD}.draft`);
  io.write(draft, Buffer.from(JSON.stringify(record)), { durable });
  io.rename(draft, path.join(journal, RECORD));
  if (durable) syncAll([journal, path.dirname(journal), root], io);
}

export function recordOf(
  root: string,
  { title, madeRoot }: Pick<JournalRecord, 'title' | 'madeRoot'>,
  prepared: readonly PreparedFile[],
  io: FileIo,
): JournalRecord {
  const parents = new Set(prepared.map(({ target }) => path.dirname(target)));
  const missing = new Set([...parents].flatMap((parent) => missingDirectories(parent, io)));
  const realRoot = io.realPath(root);
  return {
    version: 1,
    title,
    madeRoot,
    // A plan without edits has nothing of the user's at stake: after a power cut it is run again. Syncing each of its files
    // would cost more than everything else that creating a project does.
    durable: prepared.some((file) => file.before !== undefined),
    files: prepared.map(({ path: file, before, after }) => ({
      path: file,
      before: before === undefined ? null : sha256(before.bytes),
      after: sha256(after),
    })),
    directories: [...missing].map((directory) => path.relative(realRoot, directory)),
  };
}

/** The record of a run; undefined when there is none or it never began. */
export function readRecord(journal: string, io: FileIo): JournalRecord | undefined {
  const file = path.join(journal, RECORD);
  if (io.status(file) === undefined) return undefined;
  const record = JSON.parse(io.read(file).toString('utf8')) as JournalRecord;
  if (record.version === 1) return record;
  throw new UserError('the last change was made by a newer version of this tool', {
    where: path.join(STATE_DIRECTORY, path.relative(path.dirname(path.dirname(journal)), journal)),
    hint: 'Use that version.',
  });
}

/** Makes the run permanent, by one rename: before it an interrupted run is rolled back, after it it is history. */
export function commitJournal(root: string, { durable }: JournalRecord, io: FileIo): void {
  const history = historyPath(root);
  const number = (historyNumbers(root, io).at(-1) ?? 0) + 1;
  if (io.status(history) === undefined) io.makeDirectory(history);
  io.rename(journalPath(root), path.join(history, String(number)));
  if (durable) syncIfPossible([history, path.dirname(history)], io);
}

/** Deletes the journal, its record first: what is left of one without a record is rubbish that the next run removes. */
export function discardJournal(root: string, io: FileIo): void {
  const journal = journalPath(root);
  const names = io.list(journal);
  for (const name of [...names].sort((a, b) => Number(b === RECORD) - Number(a === RECORD))) {
    io.remove(path.join(journal, name));
  }
  if (io.status(journal) !== undefined) io.removeDirectory(journal);
}

/** Moves a file into place. A rename, except across a mount point inside of the repository. */
export function moveIntoPlace(from: string, to: string, io: FileIo): void {
  try {
    io.rename(from, to);
  } catch (error) {
    if (errorCode(error) !== 'EXDEV') throw error;
    copyIntoPlace(from, to, io);
  }
}

function copyIntoPlace(from: string, to: string, io: FileIo): void {
  const status = io.status(from);
  const temporary = temporaryPath(to);
  io.write(temporary, io.read(from), { durable: true, ...(status && { like: status }) });
  io.rename(temporary, to);
  io.remove(from);
}

/** Beside the file, so that the rename stays on one file system; a roll-back removes one that was left behind. */
export function temporaryPath(target: string): string {
  return `${target}.scalable-tmp`;
}

export function syncAll(directories: Iterable<string>, io: FileIo): void {
  for (const directory of directories) io.syncDirectory(directory);
}

/** After a commit, where an error may no longer stop anything: unsynced, a power cut gives the old state, also a whole one. */
function syncIfPossible(directories: readonly string[], io: FileIo): void {
  try {
    syncAll(directories, io);
  } catch {
    // See above.
  }
}
