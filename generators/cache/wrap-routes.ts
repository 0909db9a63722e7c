import { posix } from 'node:path';
import type { RouteFact } from '../../src/analysis/facts.js';
import type { RetrofitContext, RouteVerdict } from '../../src/capability/capability.js';
import type { Workspace } from '../../src/project/workspace.js';
import { importCache } from './imports.js';
import { type Decision, decide } from './verdict.js';

interface Decided {
  readonly route: RouteFact;
  readonly decision: Decision;
}

/** Puts the cache middleware into every GET route that is safe, and imports it once per file. */
export function wrapRoutes(context: RetrofitContext, target: string): RouteVerdict[] {
  const routes = context.facts.routes.filter(({ method }) => method.toUpperCase() === 'GET');
  const verdicts: RouteVerdict[] = [];
  for (const [file, inFile] of groupByFile(routes)) verdicts.push(...wrapFile(context, target, file, inFile));
  return verdicts;
}

function wrapFile(
  context: RetrofitContext,
  target: string,
  file: string,
  routes: RouteFact[],
): RouteVerdict[] {
  const text = sourceText(context.workspace, file);
  const known = importedName(text, file, target);
  const local = known ?? freeName(text);
  const decided = routes.map((route) => ({ route, decision: decideUnlessCached(route, known) }));
  const wrapped = decided.filter(({ decision }) => decision.kind === 'cache');
  for (const { route, decision } of wrapped) insertMiddleware(context, text, route, decision, `${local}()`);
  const uses = wrapped.flatMap(({ route }) => route.chain.map(({ start }) => start));
  if (uses.length > 0 && known === undefined) {
    const use = { local, before: Math.min(...uses) };
    context.plan.splice(file, importCache(text, file, target, context.project, use));
  }
  return decided.map(toVerdict);
}

function decideUnlessCached(route: RouteFact, local: string | undefined): Decision {
  const cached = local !== undefined && route.chain.some(({ text }) => text.startsWith(`${local}(`));
  return cached ? { kind: 'leave', reason: 'is cached already' } : decide(route);
}

/** A registration can be mounted at several paths; it is edited once. */
function insertMiddleware(
  context: RetrofitContext,
  text: string,
  route: RouteFact,
  decision: Decision,
  call: string,
): void {
  if (decision.kind !== 'cache') return;
  const step = route.chain[decision.index];
  if (step === undefined) return;
  const ownLine = /(\r?\n[ \t]*)$/.exec(text.slice(0, step.start))?.[1];
  context.plan.splice(route.at.file, {
    start: step.start,
    end: step.start,
    text: `${call},${ownLine ?? ' '}`,
  });
}

/** The name under which the file imports the cache already, if it does. */
function importedName(text: string, file: string, target: string): string | undefined {
  const pattern =
    /(?:import\s*\{\s*cache(?:\s+as\s+(\w+))?\s*\}\s*from\s*|const\s*\{\s*cache(?:\s*:\s*(\w+))?\s*\}\s*=\s*require\(\s*)['"]([^'"]+)['"]/g;
  for (const [, esm, cjs, specifier] of text.matchAll(pattern)) {
    const path = posix.join(posix.dirname(file), specifier ?? '');
    if (stripIndex(path) === stripIndex(target)) return esm ?? cjs ?? 'cache';
  }
  return undefined;
}

function stripIndex(path: string): string {
  return path.replace(/\.[cm]?[jt]s$/, '').replace(/\/index$/, '');
}

function freeName(text: string): string {
  return (
    ['cache', 'responseCache', 'scalableCache'].find((name) => !new RegExp(`\\b${name}\\b`).test(text)) ??
    'cachedResponse'
  );
}

function toVerdict({ route, decision }: Decided): RouteVerdict {
  const shown = {
    method: route.method.toUpperCase(),
    path: route.fullPaths.length > 0 ? route.fullPaths.join(', ') : route.path,
    file: route.at.file,
    line: route.at.line,
    reason: decision.reason,
  };
  if (decision.kind === 'leave') return { ...shown, verdict: 'left alone' };
  const step = route.chain[decision.index];
  return { ...shown, verdict: 'cached', ...(step === undefined ? {} : { before: step.text }) };
}

function sourceText(workspace: Workspace, file: string): string {
  const source = workspace.read(file);
  if (source === undefined) throw new Error(`${file} was analysed and is gone`);
  return source.text;
}

function groupByFile(routes: readonly RouteFact[]): Map<string, RouteFact[]> {
  const files = new Map<string, RouteFact[]>();
  for (const route of routes) files.set(route.at.file, [...(files.get(route.at.file) ?? []), route]);
  return files;
}
