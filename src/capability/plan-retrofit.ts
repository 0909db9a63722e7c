import { versions } from '../../generators/versions.js';
import type { Facts } from '../analysis/facts.js';
import { dialectPath, toDialect } from '../dialect/dialect.js';
import type { PlanBuilder } from '../plan/plan-builder.js';
import type { ProjectFacts } from '../project/project-facts.js';
import type { Workspace } from '../project/workspace.js';
import type { Answers, Capability, RouteVerdict } from './capability.js';
import { allCapabilities, withRequired } from './registry.js';
import { renderContext, renderRuntime } from './render.js';
import { refuseUnsupported } from './retrofit-requirements.js';

/** A repository that nobody prepared, as read and analysed. */
export interface Repository {
  readonly workspace: Workspace;
  readonly project: ProjectFacts;
  readonly facts: Facts;
}

/** A repository's options may forbid what the templates are written with; what imports them is checked all the same. */
const UNCHECKED = '// @ts-nocheck Type-checked where it was made, under other compiler options than these.\n';

/**
 * Records into `plan` what puts the capabilities into the repository: their runtime code in its dialect, packages, env
 * entries, and each capability's own edits. Gives the verdicts on its routes. Throws `UserError` for versions that are too old.
 */
export async function planRetrofit(
  plan: PlanBuilder,
  repository: Repository,
  wanted: readonly Capability[],
): Promise<readonly RouteVerdict[]> {
  const { project, workspace } = repository;
  refuseUnsupported(project, workspace);
  const runtimeFolder = runtimeFolderOf(project);
  const emitted = withRequired(wanted).filter(({ runtime }) => runtime.length > 0);
  const context = {
    ...renderContext(answersFor(project, emitted), project.name, 'retrofit'),
    defaultImports: project.moduleSystem === 'esm',
  };
  for (const capability of emitted) {
    await emitRuntime(plan, project, runtimeFolder, renderRuntime(capability, context));
    declareNeeds(plan, capability);
  }
  const verdicts: RouteVerdict[] = [];
  for (const { retrofit } of wanted) {
    if (retrofit !== undefined) verdicts.push(...(await retrofit({ ...repository, plan, runtimeFolder })));
  }
  return verdicts;
}

export function runtimeFolderOf(project: ProjectFacts): string {
  return project.sourceRoot === '.' ? 'scalable' : `${project.sourceRoot}/scalable`;
}

/** What the questions of a new project would have been answered, had the repository been made by this tool. */
function answersFor(project: ProjectFacts, emitted: readonly Capability[]): Answers {
  const answers = allCapabilities().map((capability) => {
    const confirmed = capability.questions.filter(({ type }) => type === 'confirm');
    const offered = confirmed.map(({ name }) => [name, emitted.includes(capability)]);
    return { ...Object.fromEntries(offered), ...capability.detect?.(project) };
  });
  return Object.assign({}, ...answers);
}

async function emitRuntime(
  plan: PlanBuilder,
  project: ProjectFacts,
  runtimeFolder: string,
  files: ReadonlyMap<string, string>,
): Promise<void> {
  for (const [path, content] of files) {
    const landed = dialectPath(path.replace(/^src\//, `${runtimeFolder}/`), project.language);
    const source = project.language === 'ts' ? UNCHECKED + content : content;
    plan.create(landed, await toDialect(source, project));
  }
}

function declareNeeds(plan: PlanBuilder, capability: Capability): void {
  for (const name of capability.packages) plan.addPackage(name, versions[name]);
  for (const entry of capability.env) plan.addEnv(entry);
}
