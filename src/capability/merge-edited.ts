import { applyPatch, createTwoFilesPatch } from 'diff';
import { parsePackageJson } from '../plan/package-json.js';
import type { EnvEntry } from '../plan/plan.js';
import type { PlanBuilder } from '../plan/plan-builder.js';
import { spliceBetween } from '../plan/splice.js';
import type { SourceText } from '../project/workspace.js';

/** A file that was emitted as `before`, has been edited since, and would be emitted as `after` now. */
export interface EditedFile {
  readonly source: SourceText;
  readonly before: string;
  readonly after: string;
}

/** Brings what is new in `after` into the edited file; what has no safe place becomes a step for a person. */
export function mergeInto(plan: PlanBuilder, file: EditedFile, env: readonly EnvEntry[]): void {
  const { path } = file.source;
  if (path === 'package.json') mergePackageJson(plan, file);
  else if (path === '.env.example') for (const entry of env) plan.addEnv(entry);
  else mergeText(plan, file);
}

function mergeText(plan: PlanBuilder, { source: { path, text }, before, after }: EditedFile): void {
  const patch = createTwoFilesPatch(path, path, before, after, '', '', { context: 3 });
  const merged = applyPatch(text, patch);
  if (merged === false) {
    plan.addStep({ title: `Bring this change into ${path}, which was edited by hand`, path, snippet: patch });
    return;
  }
  // A splice, not a replacement: the file stays the user's own in the manifest.
  for (const splice of spliceBetween(text, merged)) plan.splice(path, splice);
}

function mergePackageJson(plan: PlanBuilder, { before, after }: EditedFile): void {
  const [old, now] = [parsePackageJson(before), parsePackageJson(after)];
  for (const section of ['dependencies', 'devDependencies'] as const) {
    for (const [name, version] of added(old[section], now[section])) {
      plan.addPackage(name, version, { dev: section === 'devDependencies' });
    }
  }
  for (const [name, command] of added(old.scripts, now.scripts)) plan.addScript(name, command);
}

type Section = Readonly<Record<string, string>>;

function added(before: Section = {}, after: Section = {}): [name: string, value: string][] {
  return Object.entries(after).filter(([name]) => before[name] === undefined);
}
