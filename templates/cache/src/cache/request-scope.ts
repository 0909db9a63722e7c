import { type IncomingMessage, Server } from 'node:http';
import { Server as SecureServer } from 'node:https';
import { type RequestScope, runInScope } from './trace.js';

const scopes = new WeakMap<IncomingMessage, RequestScope>();
const observed = Symbol.for('response-cache.requests-are-observed');

type Emit = (this: unknown, event: string | symbol, ...values: unknown[]) => boolean;
type Emitter = { emit: Emit; [observed]?: boolean };

/** From now on every request of this process is handled in a scope of its own. Calling it again has no effect. */
export function observeRequests(): void {
  for (const prototype of [Server.prototype, SecureServer.prototype])
    observeEmitter(prototype as unknown as Emitter);
}

/**
 * The scope of this very request, whatever asynchronous context the caller is in: connection pools run callbacks in the
 * context of other requests.
 */
export function scopeOf(request: IncomingMessage): RequestScope {
  const known = scopes.get(request);
  if (known !== undefined) return known;
  const scope: RequestScope = { trace: undefined };
  scopes.set(request, scope);
  return scope;
}

function observeEmitter(prototype: Emitter): void {
  if (Object.hasOwn(prototype, observed)) return;
  const { emit } = prototype;
  Object.defineProperty(prototype, observed, { value: true });
  prototype.emit = function observedEmit(event, ...values) {
    if (event !== 'request') return emit.call(this, event, ...values);
    return runInScope(scopeOf(values[0] as IncomingMessage), () => emit.call(this, event, ...values));
  };
}
