import { MessagePort } from 'node:worker_threads';
import { hasOwn, isPlainObject } from './fingerprint-identity.js';
import { OBSERVED, type ObservedProxy, observedProxy, unwrap } from './observed-proxies.js';
import { placeOf, type ReadLog } from './observed-reads.js';

const inFlight = new Set<ReadLog>();
/** The request on which recorded reads are being evaluated: for no other do they count. */
let evaluating: object | undefined;

export function observeProcessState(log: ReadLog): () => void {
  inFlight.add(log);
  return () => void inFlight.delete(log);
}

export function evaluateFor<T>(request: object, evaluate: () => T): T {
  const outer = evaluating;
  evaluating = request;
  try {
    return evaluate();
  } finally {
    evaluating = outer;
  }
}

/** The part of an Express application that is observed. */
export interface AppWithLocals {
  locals: Record<string, unknown>;
  /** The app that this one is mounted on. */
  readonly parent?: unknown;
}

/**
 * Observes `app.locals` of an app and of those that it is mounted on. They live longer than a request, and who reads
 * them cannot be told, so a read counts for every request in flight. Idempotent.
 */
export function observeAppLocals(app: AppWithLocals): void {
  for (let current: unknown = app; current !== undefined; current = parentOf(current)) {
    const each = current as AppWithLocals;
    if (typeof each.locals === 'object' && observedProxy(each.locals) === undefined) observeLocals(each);
  }
}

function observeLocals(app: AppWithLocals): void {
  const raw = app.locals;
  const proxy: AppWithLocals['locals'] = new Proxy(raw, {
    get: (target, key, receiver) => {
      if (key === OBSERVED) return self;
      const value = Reflect.get(target, key, receiver) as unknown;
      const isOwn = hasOwn(target, key);
      if (key !== 'settings' && (isOwn || !(key in target))) noteLocal(app, 'get', key, value);
      return value;
    },
    has: (target, key) => {
      noteLocal(app, 'has', key, key in target);
      return Reflect.has(target, key);
    },
    ownKeys: (target) => {
      const keys = Reflect.ownKeys(target);
      for (const { log, path } of readers(app)) log.note({ op: 'keys', on: 'req', path }, keys.map(String));
      return keys;
    },
  });
  const self: ObservedProxy = { proxy, raw, request: undefined, readWhole: () => {} };
  app.locals = proxy;
}

function noteLocal(app: AppWithLocals, op: 'get' | 'has', key: PropertyKey, value: unknown): void {
  for (const { log, path } of readers(app)) {
    const place = placeOf(log, { on: 'req', path }, key);
    if (place !== undefined) log.note({ op, ...place }, value);
  }
}

interface Reader {
  readonly log: ReadLog;
  /** How the request of the log leads to the locals. */
  readonly path: readonly string[];
}

function readers(app: AppWithLocals): Reader[] {
  const all: Reader[] = [];
  for (const log of inFlight) {
    if (evaluating !== undefined && log.request !== evaluating) continue;
    const path = pathToLocals(log.request as { readonly app?: unknown }, app);
    if (path !== undefined) all.push({ log, path });
  }
  return all;
}

function pathToLocals(request: { readonly app?: unknown }, app: AppWithLocals): string[] | undefined {
  const path = ['app'];
  for (let current = request.app; current !== undefined; current = parentOf(current)) {
    if (current === app) return [...path, 'locals'];
    path.push('parent');
  }
  return undefined;
}

function parentOf(app: unknown): unknown {
  return (app as { readonly parent?: unknown } | null)?.parent ?? undefined;
}

let isInstalled = false;

/**
 * Teaches `structuredClone` and `postMessage`, which refuse a Proxy, to clone what is behind ours. Idempotent.
 */
export function allowCloningOfObservedValues(): void {
  if (isInstalled) return;
  isInstalled = true;
  const scope = globalThis as { structuredClone?: (value: unknown, options?: unknown) => unknown };
  if (scope.structuredClone) scope.structuredClone = retryingUnwrapped(scope.structuredClone);
  const ports = MessagePort.prototype as unknown as {
    postMessage: (value: unknown, options?: unknown) => unknown;
  };
  ports.postMessage = retryingUnwrapped(ports.postMessage);
}

type Clone = (this: unknown, value: unknown, ...options: unknown[]) => unknown;

function retryingUnwrapped(clone: Clone): Clone {
  return function cloneUnwrapped(this: unknown, value, ...options) {
    try {
      return clone.call(this, value, ...options);
    } catch (error) {
      if (inFlight.size === 0 || (error as { name?: unknown }).name !== 'DataCloneError') throw error;
      return clone.call(this, withoutProxies(value, new Map()), ...options);
    }
  };
}

/** A copy in which our Proxies are replaced by what is behind them, all of which counts as read. */
function withoutProxies(value: unknown, copies: Map<object, unknown>): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const known = copies.get(value);
  if (known !== undefined) return known;
  observedProxy(value)?.readWhole();
  const raw = unwrap(value);
  if (raw !== value) return raw;
  if (!Array.isArray(value) && !isPlainObject(value)) return value;
  const copy: Record<string, unknown> | unknown[] = Array.isArray(value) ? [] : {};
  copies.set(value, copy);
  for (const [key, item] of Object.entries(value))
    (copy as Record<string, unknown>)[key] = withoutProxies(item, copies);
  return copy;
}
