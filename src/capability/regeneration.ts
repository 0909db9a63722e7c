import { UserError } from '../errors.js';
import type { Manifest } from '../plan/manifest.js';
import type { PlanBuilder } from '../plan/plan-builder.js';
import { readPackageJson } from '../project/detect-package.js';
import type { Workspace } from '../project/workspace.js';
import type { Answers } from './capability.js';
import { mergeInto } from './merge-edited.js';
import { allCapabilities } from './registry.js';
import { renderProject } from './render.js';

/** A project that this tool made, and the answers that it should have been made with. */
export interface Regeneration {
  readonly workspace: Workspace;
  readonly manifest: Manifest;
  readonly answers: Answers;
}

/**
 * Renders the project with the new answers and records what differs from the rendering with the old ones: new files are
 * created, files that nobody edited are replaced, edited ones are merged. Gives the capabilities in application order.
 */
export function recordRegeneration(
  plan: PlanBuilder,
  { workspace, manifest, answers }: Regeneration,
): readonly string[] {
  const name = projectName(workspace);
  const before = renderProject(manifest.answers, name).files;
  const { files, capabilities } = renderProject(answers, name);
  const added = allCapabilities().filter(
    ({ id }) => capabilities.includes(id) && !manifest.capabilities.includes(id),
  );
  for (const [path, after] of files) {
    const old = before.get(path);
    const source = workspace.read(path);
    if (after === old) continue;
    if (source === undefined || old === undefined) plan.create(path, after);
    else if (source.hash === manifest.files[path]) plan.replace(path, after);
    else
      mergeInto(
        plan,
        { source, before: old, after },
        added.flatMap(({ env }) => env),
      );
  }
  return capabilities;
}

function projectName(workspace: Workspace): string {
  const { name } = readPackageJson(workspace);
  if (name !== undefined) return name;
  throw new UserError('package.json has no name.', { where: 'package.json' });
}
