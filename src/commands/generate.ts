import { planCapability } from '../capability/capability-plan.js';
import { findCapability } from '../capability/choose.js';
import { runGenerator } from '../capability/plop-run.js';
import { allCapabilities } from '../capability/registry.js';
import { readManifest } from '../plan/manifest.js';
import { detectProject } from '../project/detect-project.js';
import type { Workspace } from '../project/workspace.js';
import type { CommandResult } from '../report/result.js';
import { applyPlanned } from './apply-plan.js';
import type { ChangeFlags } from './commands.js';
import type { Io } from './io.js';
import { openRepository, requireReady } from './repository.js';
import { retrofit } from './retrofit.js';
import type { Services } from './services.js';

/** Adds a capability to a project that this tool made; elsewhere it is a retrofit. */
export async function generate(
  id: string | undefined,
  flags: ChangeFlags,
  io: Io,
  services: Services,
): Promise<CommandResult> {
  const capability = id === undefined ? undefined : findCapability(id);
  const workspace = await openRepository(flags, io);
  if (capability === undefined) return listCapabilities(workspace);
  if (readManifest(workspace)?.origin !== 'create') return retrofit([capability.id], flags, io, services);
  requireReady(workspace.root, flags, io);
  const planned = await runGenerator(workspace.root, capability.id, () =>
    planCapability(workspace, capability.id),
  );
  const manager = detectProject(workspace).packageManager;
  return applyPlanned({ ...planned, command: 'generate', workspace, manager }, flags, io, services);
}

/** What this repository has, and what it can still take. */
function listCapabilities(workspace: Workspace): CommandResult {
  const manifest = readManifest(workspace);
  const offered = allCapabilities().filter(
    ({ retrofit }) => manifest?.origin === 'create' || retrofit !== undefined,
  );
  const capabilities = offered.map(({ id, summary }) => ({
    id,
    summary,
    present: manifest?.capabilities.includes(id) === true,
  }));
  return {
    command: 'generate',
    status: 'unchanged',
    root: workspace.root,
    summary: 'Add one with `create-scalable-backend generate <capability>`.',
    capabilities,
    next: [],
  };
}
