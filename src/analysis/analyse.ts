import type { ts } from 'ts-morph';
import type { ProjectFacts } from '../project/project-facts.js';
import type { Workspace } from '../project/workspace.js';
import { chainSteps } from './chain.js';
import { EffectReader } from './effect-reader.js';
import { Evaluator } from './evaluator.js';
import type { AppFact, Facts, MiddlewareFact, RouteFact } from './facts.js';
import { joinPaths, MountPaths, pathStrings } from './full-paths.js';
import { ModulePaths } from './module-paths.js';
import { filesWorthParsing } from './prefilter.js';
import { placeOf, SourceFiles, textOf } from './source-files.js';
import { anchorOf, findStartup, type Startup } from './startup.js';
import type { MiddlewareUse, Registration } from './wiring.js';
import { Wiring } from './wiring.js';

/**
 * Finds a repository's Express routes and what their handlers do. Reads text only, never runs it; pure but for reading the
 * workspace. Loading this module loads the TypeScript parser (about half a second): import it lazily.
 */
export function analyse(workspace: Workspace, project: ProjectFacts): Facts {
  const files = new SourceFiles(workspace);
  const evaluator = new Evaluator(files, new ModulePaths(workspace));
  const trees = parse(
    files,
    new Set([...(project.entry === undefined ? [] : [project.entry]), ...filesWorthParsing(workspace)]),
  );
  const wiring = new Wiring(evaluator);
  for (const tree of trees) wiring.scan(tree);
  const paths = new MountPaths(evaluator, wiring.mounts);
  const reader = new EffectReader(evaluator);
  const routes = reachedOnes(wiring.registrations).map((found) => routeFact(found, evaluator, reader, paths));
  const middleware = reachedOnes(wiring.middleware).map((found) =>
    middlewareFact(found, evaluator, reader, paths),
  );
  const startup = findStartup(evaluator, trees);
  return {
    app: appFact(wiring, paths, startup),
    ...startup,
    routes: routes.sort(byPlace),
    middleware: middleware.sort(byPlace),
    unknownMounts: wiring.unknownMounts,
    problems: files.problems,
  };
}

function parse(files: SourceFiles, paths: Iterable<string>): ts.SourceFile[] {
  return [...paths].map((path) => files.get(path)).filter((tree) => tree !== undefined);
}

/** A call met both in a function nobody calls and through a call counts where it was reached. */
function reachedOnes<T extends Registration | MiddlewareUse>(found: readonly T[]): T[] {
  const reached = new Set(found.filter((entry) => entry.reached).map(({ call }) => call));
  return found.filter((entry) => entry.reached || !reached.has(entry.call));
}

function routeFact(
  found: Registration,
  evaluator: Evaluator,
  reader: EffectReader,
  paths: MountPaths,
): RouteFact {
  const declared = pathStrings(evaluator, found.path, found.pathFrame);
  const prefixes = found.router === undefined ? [] : paths.prefixes(found.router);
  return {
    method: found.method,
    path: declared?.length === 1 && declared[0] !== undefined ? declared[0] : textOf(found.path),
    fullPaths: prefixes.flatMap((prefix) => (declared ?? []).map((path) => joinPaths(prefix, path))),
    at: found.at,
    router: found.router && placeOf(found.router.creation),
    chain: chainSteps(reader, found.handlers, found.frame),
  };
}

function middlewareFact(
  found: MiddlewareUse,
  evaluator: Evaluator,
  reader: EffectReader,
  paths: MountPaths,
): MiddlewareFact {
  const declared = found.path === undefined ? [''] : (pathStrings(evaluator, found.path, found.frame) ?? []);
  return {
    fullPaths: paths
      .prefixes(found.router)
      .flatMap((prefix) => declared.map((path) => joinPaths(prefix, path))),
    at: placeOf(found.call),
    router: placeOf(found.router.creation),
    steps: chainSteps(reader, found.handlers, found.frame),
  };
}

/** The app that routers hang on: of several, the one with the most registrations below it. */
function appFact(wiring: Wiring, paths: MountPaths, { listen }: Startup): AppFact | undefined {
  const routers = [
    ...wiring.registrations.map(({ router }) => router),
    ...wiring.mounts.map(({ parent }) => parent),
    ...wiring.middleware.map(({ router }) => router),
  ];
  const counts = new Map<string, { router: NonNullable<(typeof routers)[number]>; count: number }>();
  for (const router of routers) {
    if (router === undefined || !router.isApp || paths.prefixes(router).every((prefix) => prefix !== ''))
      continue;
    const entry = counts.get(router.id);
    counts.set(router.id, { router, count: (entry?.count ?? 0) + 1 });
  }
  const listening = [...counts.values()].filter(
    ({ router }) => router.creation.getSourceFile().fileName === listen?.file,
  );
  const [best] = (listening.length > 0 ? listening : [...counts.values()]).sort((a, b) => b.count - a.count);
  return best === undefined
    ? undefined
    : { ...anchorOf(best.router.creation), name: nameOf(best.router.creation) };
}

function nameOf(creation: ts.Node): string | undefined {
  const holder = creation.parent as ts.Node & { readonly name?: ts.Node; readonly left?: ts.Node };
  return (holder.name ?? holder.left)?.getText();
}

function byPlace(a: RouteFact | MiddlewareFact, b: RouteFact | MiddlewareFact): number {
  if (a.at.file !== b.at.file) return a.at.file < b.at.file ? -1 : 1;
  return a.at.line - b.at.line;
}
