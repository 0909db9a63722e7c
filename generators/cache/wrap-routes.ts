import type { RouteFact } from '../../src/analysis/facts.js';
import type { RetrofitContext, RouteVerdict } from '../../src/capability/capability.js';
import type { Workspace } from '../../src/project/workspace.js';
import { canImport, importCache, importedCache } from './imports.js';
import { type Decision, decide } from './verdict.js';

export const ALREADY_CACHED = 'is cached already';

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
  path: string,
  routes: RouteFact[],
): RouteVerdict[] {
  const source = { path, text: sourceText(context.workspace, path) };
  const known = importedCache(source, target);
  const local = known ?? freeName(source.text);
  const decided = routes.map((route) => ({ route, decision: decideInFile(context, route, known) }));
  const wrapped = decided.filter(({ decision }) => decision.kind === 'cache');
  for (const { route, decision } of wrapped)
    insertMiddleware(context, source.text, route, decision, `${local}()`);
  const uses = wrapped.flatMap(({ route }) => route.chain.map(({ start }) => start));
  if (uses.length > 0 && known === undefined) {
    const use = { local, before: Math.min(...uses) };
    context.plan.splice(path, importCache(source, target, context.project, use));
  }
  return decided.map(toVerdict);
}

function decideInFile(
  { project }: RetrofitContext,
  route: RouteFact,
  imported: string | undefined,
): Decision {
  const isCached = imported !== undefined && route.chain.some(({ text }) => text.startsWith(`${imported}(`));
  if (isCached) return { kind: 'leave', reason: ALREADY_CACHED };
  if (!canImport(route.at.file, project))
    return { kind: 'leave', reason: 'a CommonJS file cannot load the cache, which is an ES module here' };
  return decide(route);
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

function freeName(text: string): string {
  const isTaken = (name: string): boolean => new RegExp(`\\b${name}\\b`).test(text);
  let [name = '', ...others] = ['cache', 'responseCache', 'scalableCache'];
  for (let number = 2; isTaken(name); number++) name = others.shift() ?? `scalableCache${number}`;
  return name;
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
