import { fileURLToPath } from 'node:url';
import { analyse } from '../../src/analysis/analyse.js';
import type { ChainStep, EffectKind, Facts, RouteFact } from '../../src/analysis/facts.js';
import { detectProject } from '../../src/project/detect-project.js';
import { openWorkspace } from '../../src/project/disk-workspace.js';
import { memoryWorkspace } from '../../src/project/memory-workspace.js';

export const fixtureWorkspace = (name: string) =>
  openWorkspace(fileURLToPath(new URL(`../fixtures/repos/${name}`, import.meta.url)));

/** Facts of one of the repositories under `test/fixtures/repos`. */
export function analyseFixture(name: string): Facts {
  const workspace = fixtureWorkspace(name);
  return analyse(workspace, detectProject(workspace));
}

/** Facts of a repository given as texts; `app.js` is its entry unless it says otherwise. */
export function analyseFiles(files: Readonly<Record<string, string>>): Facts {
  const workspace = memoryWorkspace({ 'package.json': '{ "main": "app.js" }', ...files });
  return analyse(workspace, detectProject(workspace));
}

/** Full paths of the routes of one method, in order. */
export function pathsOf(facts: Facts, method = 'get'): string[] {
  return facts.routes.filter((route) => route.method === method).flatMap(({ fullPaths }) => fullPaths);
}

/** The route of a full path; throws when there is none. */
export function routeAt(facts: Facts, path: string, method = 'get'): RouteFact {
  const found = facts.routes.find((route) => route.method === method && route.fullPaths.includes(path));
  if (found === undefined) throw new Error(`no ${method} ${path} among ${pathsOf(facts, method).join(', ')}`);
  return found;
}

/** Distinct kinds of a step's effects, sorted. */
export function kinds(step: ChainStep | undefined): EffectKind[] {
  return [...new Set(step?.effects.map(({ kind }) => kind))].sort();
}

/** `kind what` of every effect of a step. */
export function effects(step: ChainStep | undefined): string[] {
  return step?.effects.map(({ kind, what }) => `${kind} ${what}`) ?? [];
}

export function definitionOf(step: ChainStep | undefined): string {
  return step?.definition === undefined ? 'not found' : `${step.definition.file}:${step.definition.line}`;
}
