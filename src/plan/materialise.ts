import { UserError } from '../errors.js';
import type { Workspace } from '../project/workspace.js';
import type { CreateFile, EditFile, FileChange, Plan } from './plan.js';
import { spliceText } from './splice.js';

export interface MaterialisedFile {
  readonly path: string;
  /** Undefined for a new file. */
  readonly before: string | undefined;
  readonly after: string;
  readonly executable: boolean;
}

/**
 * The texts that the changes of a plan lead to, in the order of the plan. Throws `UserError` when the workspace is not
 * the one that the plan was made for.
 */
export function materialise(plan: Pick<Plan, 'changes'>, workspace: Workspace): MaterialisedFile[] {
  return plan.changes.map((change) =>
    change.kind === 'create' ? created(change, workspace) : edited(change, workspace),
  );
}

function created({ path, content, executable }: CreateFile, workspace: Workspace): MaterialisedFile {
  if (workspace.exists(path)) throw alreadyThere(path);
  return { path, before: undefined, after: content, executable: executable ?? false };
}

function edited({ path, before, splices }: EditFile, workspace: Workspace): MaterialisedFile {
  const source = workspace.read(path);
  if (source?.hash !== before) throw changedSince(path);
  return { path, before: source.text, after: spliceText(source.text, splices), executable: false };
}

export function alreadyThere(path: FileChange['path']): UserError {
  return new UserError(`${path} is already there`, { where: path, hint: 'Run the command again.' });
}

export function changedSince(path: FileChange['path']): UserError {
  return new UserError(`${path} was changed while the command ran`, {
    where: path,
    hint: 'Run the command again.',
  });
}
