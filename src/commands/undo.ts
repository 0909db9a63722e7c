import { undo as undoLatest } from '../plan/undo.js';
import type { CommandResult } from '../report/result.js';
import type { UndoFlags } from './commands.js';
import type { Io } from './io.js';
import { askConsent, repositoryRoot, requireConsent } from './repository.js';

/** Restores the repository to what it was before the last apply. Throws `UserError` when files changed since. */
export async function undo(flags: UndoFlags, io: Io): Promise<CommandResult> {
  const root = repositoryRoot(flags, io);
  requireConsent(flags, io);
  await askConsent('Take back the last change that this tool made here?', flags, io);
  const { title, files } = await undoLatest(root);
  return {
    command: 'undo',
    status: 'done',
    root,
    summary: `Took back "${title}".`,
    restored: files,
    next: [],
  };
}
