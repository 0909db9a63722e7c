import type { Manifest } from '../plan/manifest.js';
import type { PlanBuilder } from '../plan/plan-builder.js';
import type { Workspace } from '../project/workspace.js';
import type { Capability, RouteVerdict } from './capability.js';

/**
 * Records the capability's edits to routes that the owner of a generated project added; the files that this tool
 * emitted are rendered with the capability instead. Gives the verdicts on those routes.
 */
export async function extendOwnRoutes(
  plan: PlanBuilder,
  workspace: Workspace,
  manifest: Manifest,
  { retrofit }: Capability,
): Promise<readonly RouteVerdict[]> {
  const own = new Set(workspace.files().filter((path) => isOwnSource(path, manifest)));
  if (retrofit === undefined || own.size === 0) return [];
  const [{ detectProject }, { analyse }] = await Promise.all([
    import('../project/detect-project.js'),
    import('../analysis/analyse.js'),
  ]);
  const project = detectProject(workspace);
  const facts = analyse(workspace, project);
  const routes = facts.routes.filter(({ at }) => own.has(at.file));
  if (routes.length === 0) return [];
  return retrofit({
    facts: { ...facts, routes },
    project,
    workspace,
    plan: limitedTo(own, plan),
    runtimeFolder: SOURCES,
  });
}

/** Where a generated project keeps its sources. */
const SOURCES = 'src';

function isOwnSource(path: string, { files }: Manifest): boolean {
  return path.startsWith(`${SOURCES}/`) && /\.[cm]?[jt]s$/.test(path) && files[path] === undefined;
}

/** The builder, deaf to edits of all other files: what starts the program is rendered with the capability. */
function limitedTo(files: ReadonlySet<string>, plan: PlanBuilder): PlanBuilder {
  const limited: Pick<PlanBuilder, 'splice'> = {
    splice: (path, splice) => {
      if (files.has(path)) plan.splice(path, splice);
    },
  };
  return Object.assign(Object.create(plan) as PlanBuilder, limited);
}
