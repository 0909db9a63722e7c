import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { cancelled, createPrompter } from '../capability/prompt.js';
import { ExitCode, UserError } from '../errors.js';
import { recover } from '../plan/recover.js';
import { readPackageJson } from '../project/detect-package.js';
import { openWorkspace } from '../project/disk-workspace.js';
import { dirtyFiles } from '../project/git.js';
import type { Workspace } from '../project/workspace.js';
import type { ChangeFlags } from './commands.js';
import { announce, type Io } from './io.js';

type ConsentFlags = Pick<ChangeFlags, 'yes' | 'json'>;

/** Absolute path of the folder that the flags name. Throws `UserError` when there is none. */
export function repositoryRoot(flags: Pick<ChangeFlags, 'cwd'>, io: Io): string {
  const root = resolve(io.cwd, flags.cwd ?? '.');
  if (statSync(root, { throwIfNoEntry: false })?.isDirectory() === true) return root;
  throw new UserError('This folder does not exist.', { where: root, hint: 'Check --cwd.' });
}

/**
 * Opens the repository that a command works on; takes back what an interrupted run left there.
 * Throws `UserError` where there is no package.json, or a damaged one.
 */
export async function openRepository(flags: ChangeFlags, io: Io): Promise<Workspace> {
  const root = repositoryRoot(flags, io);
  const interrupted = await recover(root);
  if (interrupted !== undefined) announce(io, `Took back "${interrupted.title}", which was interrupted.`);
  const workspace = openWorkspace(root);
  readPackageJson(workspace);
  return workspace;
}

/** Refuses before any work what would be refused after it: a dirty tree, or nobody to ask. */
export function requireReady(root: string, flags: ChangeFlags, io: Io): void {
  if (flags.dryRun === true) return;
  requireConsent(flags, io);
  if (flags.allowDirty !== true) requireCleanTree(root);
}

/** Throws `UserError` (usage) when nobody said yes and nobody can be asked. */
export function requireConsent(flags: ConsentFlags, io: Io): void {
  if (flags.yes === true || canAsk(flags, io)) return;
  const why = io.interactive ? '--json asks nothing' : 'There is no terminal to ask on';
  throw new UserError(`${why}, and applying needs your consent.`, {
    hint: 'Pass --yes to apply, or --dry-run to see what would change.',
    exitCode: ExitCode.usage,
  });
}

/** Asks before applying; throws `UserError` (cancelled) on anything but yes. */
export async function askConsent(message: string, flags: ConsentFlags, io: Io): Promise<void> {
  if (flags.yes === true) return;
  if (!(await createPrompter(io.stdin, io.stderr).confirm(message, false))) throw cancelled();
}

/** The JSON output belongs to a program: nothing is shown to a person who could decide. */
function canAsk(flags: ConsentFlags, io: Io): boolean {
  return io.interactive && flags.json !== true;
}

function requireCleanTree(root: string): void {
  const dirty = dirtyFiles(root);
  if (dirty.length === 0) return;
  const first = dirty.slice(0, 3).join(', ');
  const more = dirty.length > 3 ? ` and ${dirty.length - 3} more` : '';
  throw new UserError(`The git tree has uncommitted changes: ${first}${more}.`, {
    where: root,
    hint: 'Commit or stash them first, or pass --allow-dirty.',
  });
}
