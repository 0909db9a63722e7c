import type { ChainStep, Effect, EffectKind, RouteFact } from '../../src/analysis/facts.js';

/** Where the cache goes in a route's chain, or why it does not. */
export type Decision =
  | { readonly kind: 'cache'; readonly index: number; readonly reason: string }
  | { readonly kind: 'leave'; readonly reason: string };

/** Effects that have to happen on every request, or that the trace of a response cannot see. */
const FORBIDDEN: ReadonlyMap<EffectKind, string> = new Map([
  ['database-write', 'writes to the database'],
  ['sets-cookie', 'sets a cookie or the login state'],
  ['session-write', 'writes to the session'],
  ['redirect', 'redirects'],
  ['stream', 'streams its answer'],
  ['file', 'sends a file'],
  ['mail', 'sends mail'],
  ['render', 'renders a view'],
  ['module-state', 'uses state of the module'],
  ['async-local-storage', 'reads an AsyncLocalStorage'],
  ['emits', 'emits an event'],
  ['cache', 'uses a cache of its own'],
]);

const CHANGES_BY_ITSELF: ReadonlySet<EffectKind> = new Set(['clock', 'random', 'external-call']);

/**
 * Decides about one GET route. The cache stands behind every step that may deny the request, so that 401 and 403 are
 * decided each time, and in front of the first step that reads the database. In doubt the route is left alone.
 */
export function decide(route: RouteFact): Decision {
  const handler = route.chain.at(-1);
  if (handler === undefined) return leave('has no handler');
  if (handler.definition === undefined) return leave(`the handler ${handler.text} could not be resolved`);
  const behindGuards =
    1 + route.chain.findLastIndex((step, at) => at < route.chain.length - 1 && mayDeny(step));
  const reader = route.chain.findIndex((step, at) => at >= behindGuards && readsDatabase(step));
  const harmful = forbiddenEffect(route.chain.slice(reader === -1 ? behindGuards : reader));
  if (harmful !== undefined) return leave(describe(harmful));
  if (reader === -1) return leave(noReadReason(route.chain, behindGuards));
  const guard = hiddenGuard(route.chain.slice(reader));
  if (guard !== undefined)
    return leave(`decides who may pass where it reads: ${guard.what} at ${guard.at.file}:${guard.at.line}`);
  const unknown = route.chain.slice(reader).flatMap(({ unresolved }) => unresolved)[0];
  if (unknown !== undefined)
    return leave(`${unknown.what} at ${unknown.at.file}:${unknown.at.line} could not be looked into`);
  return { kind: 'cache', index: reader, reason: cachedReason(route.chain, reader) };
}

function leave(reason: string): Decision {
  return { kind: 'leave', reason };
}

function forbiddenEffect(steps: readonly ChainStep[]): Effect | undefined {
  return steps.flatMap((step) => step.effects).find((effect) => FORBIDDEN.has(effect.kind));
}

/**
 * A refusal inside of what would be cached that may come out otherwise although nothing that was read has changed: a
 * token expires, a counter runs full. A handler that compares owners gives the same answer for the same inputs.
 */
function hiddenGuard(steps: readonly ChainStep[]): Effect | undefined {
  return steps
    .flatMap(({ effects }) => {
      const changes = effects.some(({ kind }) => CHANGES_BY_ITSELF.has(kind));
      return effects.filter(({ kind, verifies }) => kind === 'denies' && (verifies === true || changes));
    })
    .at(0);
}

function describe(effect: Effect): string {
  return `${FORBIDDEN.get(effect.kind)}: ${effect.what} at ${effect.at.file}:${effect.at.line}`;
}

/** A step that could not be read to its end may be the one that checks who asks. */
function mayDeny(step: ChainStep): boolean {
  return (
    step.definition === undefined || step.incomplete || step.effects.some(({ kind }) => kind === 'denies')
  );
}

function readsDatabase(step: ChainStep): boolean {
  return step.effects.some(({ kind }) => kind === 'database-read');
}

function noReadReason(chain: readonly ChainStep[], behindGuards: number): string {
  return chain.slice(0, behindGuards).some(readsDatabase)
    ? 'reads the database only before it decides who may pass'
    : 'no read of the database was found, so nothing could invalidate it';
}

function cachedReason(chain: readonly ChainStep[], from: number): string {
  const effects = chain.slice(from).flatMap((step) => step.effects);
  const notes = ['observed reads, invalidated by writes'];
  if (effects.some(({ kind }) => kind === 'identity')) notes.push('keyed by what it reads of the caller');
  if (effects.some(({ kind }) => kind === 'external-call'))
    notes.push('calls a service outside: bounded by the TTL');
  if (effects.some(({ kind }) => kind === 'clock' || kind === 'random'))
    notes.push('reads the clock or chance: bounded by the TTL');
  return notes.join('; ');
}
