import { chainSteps } from './chain.js';
import type { EffectReader } from './effect-reader.js';
import type { ChainStep, MiddlewareFact, Place, RouteFact } from './facts.js';
import { joinPaths, type MountPaths, pathStrings } from './full-paths.js';
import { placeOf, textOf } from './source-files.js';
import type { MiddlewareUse, Registration, Wiring } from './wiring.js';

/** The routes of a repository, one per registration in the text, however often the code around it runs. */
export function routeFacts(wiring: Wiring, reader: EffectReader, paths: MountPaths): RouteFact[] {
  const facts = reachedOnes(wiring.registrations).map((found) => routeFact(found, reader, paths));
  return mergedByPlace(facts, mergeRoutes).sort(byPlace);
}

export function middlewareFacts(wiring: Wiring, reader: EffectReader, paths: MountPaths): MiddlewareFact[] {
  const facts = reachedOnes(wiring.middleware).map((found) => middlewareFact(found, reader, paths));
  return mergedByPlace(facts, mergeMiddleware).sort(byPlace);
}

/** A call met both in a function nobody calls and through a call counts where it was reached. */
function reachedOnes<T extends Registration | MiddlewareUse>(found: readonly T[]): T[] {
  const reached = new Set(found.filter((entry) => entry.reached).map(({ call }) => call));
  return found.filter((entry) => entry.reached || !reached.has(entry.call));
}

function routeFact(found: Registration, reader: EffectReader, paths: MountPaths): RouteFact {
  const declared = pathStrings(reader.evaluator, found.path, found.pathFrame);
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

function middlewareFact(found: MiddlewareUse, reader: EffectReader, paths: MountPaths): MiddlewareFact {
  const declared =
    found.path === undefined ? [''] : (pathStrings(reader.evaluator, found.path, found.frame) ?? []);
  return {
    fullPaths: paths
      .prefixes(found.router)
      .flatMap((prefix) => declared.map((path) => joinPaths(prefix, path))),
    at: placeOf(found.call),
    router: placeOf(found.router.creation),
    steps: chainSteps(reader, found.handlers, found.frame),
  };
}

function mergedByPlace<T extends RouteFact | MiddlewareFact>(
  facts: readonly T[],
  merge: (a: T, b: T) => T,
): T[] {
  const merged = new Map<string, T>();
  for (const fact of facts) {
    const key = factKey(fact);
    const other = merged.get(key);
    merged.set(key, other === undefined ? fact : merge(other, fact));
  }
  return [...merged.values()];
}

function factKey(fact: RouteFact | MiddlewareFact): string {
  const method = 'chain' in fact ? fact.method : 'use';
  return `${fact.at.file}:${fact.at.line}:${firstOffset(fact)} ${method}`;
}

/** One registration run for several routers or with several arguments does what any of the runs does. */
function mergeRoutes(a: RouteFact, b: RouteFact): RouteFact {
  return { ...a, fullPaths: union(a.fullPaths, b.fullPaths), chain: mergeSteps(a.chain, b.chain) };
}

function mergeMiddleware(a: MiddlewareFact, b: MiddlewareFact): MiddlewareFact {
  return { ...a, fullPaths: union(a.fullPaths, b.fullPaths), steps: mergeSteps(a.steps, b.steps) };
}

function mergeSteps(a: readonly ChainStep[], b: readonly ChainStep[]): ChainStep[] {
  return a.map((step, index) => {
    const other = b[index];
    if (other === undefined) return step;
    return {
      ...step,
      definition: step.definition ?? other.definition,
      effects: unionAt(step.effects, other.effects),
      incomplete: step.incomplete || other.incomplete,
      unresolved: unionAt(step.unresolved, other.unresolved),
    };
  });
}

function union(a: readonly string[], b: readonly string[]): readonly string[] {
  return [...new Set([...a, ...b])];
}

function unionAt<T extends { readonly what: string; readonly at: Place }>(
  a: readonly T[],
  b: readonly T[],
): readonly T[] {
  const key = ({ what, at }: T): string => `${what} ${at.file}:${at.line}`;
  const known = new Set(a.map(key));
  return [...a, ...b.filter((entry) => !known.has(key(entry)))];
}

function byPlace(a: RouteFact | MiddlewareFact, b: RouteFact | MiddlewareFact): number {
  if (a.at.file !== b.at.file) return a.at.file < b.at.file ? -1 : 1;
  return a.at.line - b.at.line || firstOffset(a) - firstOffset(b);
}

function firstOffset(fact: RouteFact | MiddlewareFact): number {
  return ('chain' in fact ? fact.chain : fact.steps)[0]?.start ?? 0;
}
