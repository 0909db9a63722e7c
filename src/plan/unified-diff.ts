import { formatPatch, type StructuredPatch, structuredPatch } from 'diff';
import type { Workspace } from '../project/workspace.js';
import { type MaterialisedFile, materialise } from './materialise.js';
import type { Plan } from './plan.js';

/** What the plan changes, as `git apply` takes it; empty for a plan without changes. Throws as `materialise` does. */
export function unifiedDiff(plan: Pick<Plan, 'changes'>, workspace: Workspace): string {
  return materialise(plan, workspace)
    .map((file) => formatPatch(patchOf(file)))
    .join('');
}

function patchOf({ path, before, after, executable }: MaterialisedFile): StructuredPatch {
  const name = { old: `a/${path}`, new: `b/${path}` };
  const isCreate = before === undefined;
  return {
    ...structuredPatch(isCreate ? '/dev/null' : name.old, name.new, before ?? '', after, '', '', {
      context: 3,
    }),
    isGit: true,
    ...(isCreate && { isCreate, newMode: executable ? '100755' : '100644' }),
  };
}
