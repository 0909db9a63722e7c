import type { Facts } from '../analysis/facts.js';
import { ExitCode, UserError } from '../errors.js';
import { type Manifest, readManifest } from '../plan/manifest.js';
import type { Plan } from '../plan/plan.js';
import { createPlanBuilder } from '../plan/plan-builder.js';
import type { Workspace } from '../project/workspace.js';
import { toolVersion } from '../tool-version.js';
import type { Capability, RouteVerdict } from './capability.js';
import { answersThatChoose, findCapability } from './choose.js';
import { extendOwnRoutes } from './own-routes.js';
import { recordRegeneration } from './regeneration.js';
import { allCapabilities, withRequired } from './registry.js';

/** A plan, and what was decided about each route on the way to it. */
export interface CapabilityPlan {
  readonly plan: Plan;
  readonly routes: readonly RouteVerdict[];
}

/**
 * Plans one capability more, in a project that this tool made or in anybody's Express repository.
 * Throws `UserError` when there is no such capability or the repository cannot take it.
 */
export async function planCapability(workspace: Workspace, id: string): Promise<CapabilityPlan> {
  const manifest = readManifest(workspace);
  if (manifest?.origin !== 'create') return planForRepository(workspace, [id]);
  return planAddition(workspace, manifest, findCapability(id));
}

async function planAddition(
  workspace: Workspace,
  manifest: Manifest,
  capability: Capability,
): Promise<CapabilityPlan> {
  const answers = answersThatChoose(capability, manifest.answers);
  const builder = createPlanBuilder(workspace);
  const capabilities = recordRegeneration(builder, { workspace, manifest, answers });
  const routes = await extendOwnRoutes(builder, workspace, manifest, capability);
  const title = `generate ${capability.id}`;
  const plan = builder.finish(title, { tool: toolVersion(), origin: 'create', answers, capabilities });
  return { plan, routes };
}

/** Plans capabilities for a repository that nobody prepared. Throws `UserError` when it has no Express application. */
export async function planForRepository(
  workspace: Workspace,
  ids: readonly string[],
): Promise<CapabilityPlan> {
  const wanted = ids.map(findRetrofittable);
  const title = `retrofit ${ids.join(' ')}`;
  const [{ detectProject }, { analyse }, { planRetrofit }] = await Promise.all([
    import('../project/detect-project.js'),
    import('../analysis/analyse.js'),
    import('./plan-retrofit.js'),
  ]);
  const project = detectProject(workspace);
  const facts = analyse(workspace, project);
  if (facts.app === undefined) throw noApp(facts.problems);
  const manifest = readManifest(workspace);
  const finish = { tool: toolVersion(), origin: 'retrofit', answers: manifest?.answers ?? {} } as const;
  const builder = createPlanBuilder(workspace, { envExample: project.envExample });
  const routes = await planRetrofit(builder, { workspace, project, facts }, wanted);
  const present = manifest?.capabilities ?? [];
  // Without a route that takes it, the runtime code would lie in the repository for nothing.
  const taken = routes.some(({ before }) => before !== undefined);
  const plan = taken
    ? builder.finish(title, { ...finish, capabilities: union(present, withRequired(wanted)) })
    : createPlanBuilder(workspace).finish(title, { ...finish, capabilities: present });
  const warnings = facts.problems.map(
    ({ at, message }) => `${at.file}:${at.line} was not analysed: ${message}`,
  );
  return { plan: { ...plan, warnings: [...warnings, ...plan.warnings] }, routes };
}

function findRetrofittable(id: string): Capability {
  const capability = findCapability(id);
  if (capability.retrofit !== undefined) return capability;
  const offered = allCapabilities().filter(({ retrofit }) => retrofit !== undefined);
  throw new UserError(`${id} cannot be put into a repository that this tool did not make.`, {
    hint: `There is ${offered.map((each) => each.id).join(', ')}.`,
    exitCode: ExitCode.usage,
  });
}

function noApp(problems: Facts['problems']): UserError {
  const [first] = problems;
  return new UserError('No Express application was found here.', {
    ...(first === undefined ? {} : { where: `${first.at.file}:${first.at.line} (${first.message})` }),
    hint: 'Run the command in the root of the repository that calls `express()`, or name it with --cwd.',
  });
}

function union(present: readonly string[], added: readonly Capability[]): readonly string[] {
  return [...new Set([...present, ...added.map(({ id }) => id)])];
}
