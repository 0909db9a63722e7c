/**
 * Position in the sequence of invalidations. Numbers of different epochs cannot be compared: an epoch begins when the
 * sequence is lost (a store that was restarted empty, or evicted it).
 */
export interface Token {
  readonly epoch: string;
  readonly number: number;
}

/** Where invalidations go. Writers await `invalidate` before their caller learns of the write. */
export interface Invalidator {
  /** Takes the next number of the sequence for `tags`. Never rejects, and never waits longer than the store's deadline. */
  invalidate(tags: readonly string[]): Promise<void>;
}

/**
 * One observed input of a request: how to read it again on another request. Serialisable.
 *
 * - `get` the value at `path`, `keys` its own keys, `has` whether the last name of `path` is in what holds it;
 * - `kind` what can be told of an object without looking at its entries, which are inputs of their own;
 * - `call` the result of the method at `path` for `args`;
 * - `response-header`, `response-headers` what middleware before the cache set on the response.
 */
export interface InputRead {
  readonly op: 'get' | 'kind' | 'keys' | 'has' | 'call' | 'response-header' | 'response-headers';
  readonly on: 'req' | 'res';
  readonly path: readonly string[];
  readonly args?: readonly unknown[];
}

/** An input together with the fingerprint of the value that was seen. */
export interface ObservedInput {
  readonly read: InputRead;
  readonly fingerprint: string;
}

/** The tag that every entry carries: invalidating it invalidates everything. */
export const EVERYTHING = '*';
