import { types } from 'node:util';

/** What stands behind a Proxy that an observation handed out. */
export interface ObservedProxy {
  readonly proxy: object;
  readonly raw: object;
  /** The request whose reads the Proxy records; undefined for state of the process. */
  readonly request: object | undefined;
  /** Records that everything behind the Proxy was read. */
  readWhole(): void;
}

/**
 * The property by which our Proxies answer what they are. A WeakMap would keep each request alive until the next full
 * garbage collection, because what it holds refers to the request.
 */
export const OBSERVED = Symbol('cache.observed');

export function observedProxy(value: object): ObservedProxy | undefined {
  if (!types.isProxy(value)) return undefined;
  try {
    const observed = (value as { readonly [OBSERVED]?: ObservedProxy })[OBSERVED];
    return observed?.proxy === value ? observed : undefined;
  } catch {
    return undefined; // a Proxy of the application that refuses unknown names
  }
}

/** The application's own object behind a Proxy of ours; any other value unchanged. */
export function unwrap<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  return (observedProxy(value)?.raw as T | undefined) ?? value;
}
