import { AsyncLocalStorage } from 'node:async_hooks';

/**
 * What one run of a route's chain was seen to depend on. A response is stored only while `uncacheable` is undefined,
 * and served only while none of `tags` was invalidated after `token`.
 */
export interface Trace {
  /** Database inputs, such as `mongodb:shop.products`. */
  readonly tags: Set<string>;
  /** Why the response must not be stored; the first reason stays. */
  uncacheable: string | undefined;
  /** Services outside of this process that were called and cannot be observed, such as `https://api.example.com`. */
  readonly external: Set<string>;
}

/**
 * The asynchronous context of one incoming request. `trace` is set from the cache middleware until the response ends;
 * a read in a scope without a trace belongs to code before the cache (authentication) and to no trace in flight.
 */
export interface RequestScope {
  trace: Trace | undefined;
}

const scopes = new AsyncLocalStorage<RequestScope>();
const inFlight = new Set<Trace>();

export function createTrace(): Trace {
  return { tags: new Set(), uncacheable: undefined, external: new Set() };
}

export function currentScope(): RequestScope | undefined {
  return scopes.getStore();
}

export function runInScope<T>(scope: RequestScope, run: () => T): T {
  return scopes.run(scope, run);
}

/** Registers a trace as in flight until `close` is called, which can be done more than once. */
export function openTrace(trace: Trace): { close(): void } {
  inFlight.add(trace);
  return { close: () => void inFlight.delete(trace) };
}

export function refuse(trace: Trace, reason: string): void {
  trace.uncacheable ??= reason;
}

/** For an input that may belong to any request: every response being computed now must not be stored. */
export function refuseAllInFlight(reason: string): void {
  for (const trace of inFlight) refuse(trace, reason);
}
