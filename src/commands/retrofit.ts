import { planForRepository } from '../capability/capability-plan.js';
import { UserError } from '../errors.js';
import { readManifest } from '../plan/manifest.js';
import { detectProject } from '../project/detect-project.js';
import type { CommandResult } from '../report/result.js';
import { applyPlanned } from './apply-plan.js';
import type { ChangeFlags } from './commands.js';
import { announce, type Io } from './io.js';
import { openRepository, requireReady } from './repository.js';
import type { Services } from './services.js';

const DEFAULT_CAPABILITIES = ['cache'];

/** Puts capabilities into somebody's Express repository, whole or not at all. */
export async function retrofit(
  ids: readonly string[],
  flags: ChangeFlags,
  io: Io,
  services: Services,
): Promise<CommandResult> {
  const workspace = await openRepository(flags, io);
  if (readManifest(workspace)?.origin === 'create') {
    throw new UserError('This project was made by create-scalable-backend: it needs no retrofit.', {
      where: workspace.root,
      hint: 'Run `create-scalable-backend generate <capability>` instead.',
    });
  }
  requireReady(workspace.root, flags, io);
  announce(io, 'Reading the repository...');
  const planned = await planForRepository(workspace, ids.length === 0 ? DEFAULT_CAPABILITIES : ids);
  const manager = detectProject(workspace).packageManager;
  return applyPlanned({ ...planned, command: 'retrofit', workspace, manager }, flags, io, services);
}
