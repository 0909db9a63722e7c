import type { CapabilityPlan } from '../capability/capability-plan.js';
import { unifiedDiff } from '../plan/unified-diff.js';
import type { PackageManager } from '../project/project-facts.js';
import type { Workspace } from '../project/workspace.js';
import type { CommandResult } from '../report/result.js';
import { createStyle } from '../report/style.js';
import { renderPreview } from '../report/terminal.js';
import { attemptInstall } from './attempt-install.js';
import type { ChangeFlags } from './commands.js';
import type { Io } from './io.js';
import { askConsent } from './repository.js';
import type { Services } from './services.js';

export interface PlannedCommand extends CapabilityPlan {
  readonly command: 'generate' | 'retrofit';
  readonly workspace: Workspace;
  readonly manager: PackageManager;
}

/** Shows a plan, asks, and applies it whole or not at all. */
export async function applyPlanned(
  planned: PlannedCommand,
  flags: ChangeFlags,
  io: Io,
  services: Services,
): Promise<CommandResult> {
  const { command, workspace, plan, routes } = planned;
  const result = { command, root: workspace.root, plan, routes };
  if (plan.changes.length === 0 && plan.steps.length === 0) {
    return { ...result, status: 'unchanged', summary: 'Nothing to do.', next: [] };
  }
  const preview = { ...result, diff: unifiedDiff(plan, workspace) };
  if (flags.dryRun === true) {
    return { ...preview, status: 'planned', summary: `Would change ${files(planned)}.`, next: [] };
  }
  if (flags.json !== true) {
    io.stdout.write(
      renderPreview({ ...preview, status: 'planned', summary: '', next: [] }, createStyle(io.colors.stdout)),
    );
  }
  await askConsent(`Change ${files(planned)}?`, flags, io);
  await services.applyPlan(workspace.root, plan, io);
  return {
    ...preview,
    status: 'done',
    summary: `Changed ${files(planned)}.`,
    ...(await finish(planned, flags, io, services)),
  };
}

/** Installs where that was asked for, and says what is left to type. */
async function finish(
  { workspace, plan, manager }: PlannedCommand,
  flags: ChangeFlags,
  io: Io,
  services: Services,
): Promise<Pick<CommandResult, 'incomplete' | 'next'>> {
  const undo = 'npx create-scalable-backend undo';
  if (!plan.changes.some(({ path }) => path === 'package.json')) return { next: [undo] };
  if (flags.install !== true) return { next: [`${manager} install`, undo] };
  const incomplete = await attemptInstall(workspace.root, manager, io, services);
  return incomplete === undefined ? { next: [undo] } : { incomplete, next: [`${manager} install`, undo] };
}

function files({ plan }: PlannedCommand): string {
  return plan.changes.length === 1 ? '1 file' : `${plan.changes.length} files`;
}
