import type { ts } from 'ts-morph';
import type { ProjectFacts } from '../project/project-facts.js';
import type { Workspace } from '../project/workspace.js';
import { EffectReader } from './effect-reader.js';
import { Evaluator } from './evaluator.js';
import type { AppFact, Facts } from './facts.js';
import { MountPaths } from './full-paths.js';
import { ModulePaths } from './module-paths.js';
import { filesWorthParsing } from './prefilter.js';
import { middlewareFacts, routeFacts } from './route-facts.js';
import { SourceFiles } from './source-files.js';
import { anchorOf, findStartup, type Startup } from './startup.js';
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
  const startup = findStartup(evaluator, trees);
  return {
    app: appFact(wiring, paths, startup),
    ...startup,
    routes: routeFacts(wiring, reader, paths),
    middleware: middlewareFacts(wiring, reader, paths),
    unknownMounts: wiring.unknownMounts,
    problems: files.problems,
  };
}

function parse(files: SourceFiles, paths: Iterable<string>): ts.SourceFile[] {
  return [...paths].map((path) => files.get(path)).filter((tree) => tree !== undefined);
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
