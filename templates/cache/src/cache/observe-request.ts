import { IncomingMessage, ServerResponse } from 'node:http';
import type { ObservedInput } from './contracts.js';
import { hasOwn } from './fingerprint-identity.js';
import { addedToRequest, addedToResponse } from './observe-request-names.js';
import { observeProcessState } from './observe-request-process.js';
import { observeProperty } from './observe-request-properties.js';
import { observeRequestPrototype, observeResponsePrototype } from './observe-request-prototypes.js';
import { observeSocket } from './observe-request-socket.js';
import { ReadLog } from './observed-reads.js';
import { SessionWatch } from './observed-session.js';
import type { ObservedRequest } from './observed-values.js';

export { evaluateInput, requestShape } from './inputs.js';
export { allowCloningOfObservedValues, observeAppLocals } from './observe-request-process.js';

export interface ObservedInputs {
  /** Sorted, without duplicates. */
  readonly inputs: readonly ObservedInput[];
  /** Why no key for these inputs exists. */
  readonly uncacheable: string | undefined;
  /** False when a fingerprint means something in this process only: never share the entry with other processes. */
  readonly shareable: boolean;
}

export interface RequestObservation {
  /** Runs code of the infrastructure (inner `res.write` and `writeHead`): its synchronous reads are no inputs. */
  quiet<T>(run: () => T): T;
  /** Puts everything back and tells what was read. Calling it again gives the same answer. */
  stop(): ObservedInputs;
}

/**
 * Notes what the rest of the chain reads of a request that its URL does not determine, from now until `stop`.
 * Never throws; what cannot be observed makes the result uncacheable.
 */
export function observeRequest(req: IncomingMessage, res: ServerResponse): RequestObservation {
  const log = new ReadLog(req);
  const observed: ObservedRequest = { log, session: new SessionWatch(log), undo: [] };
  if (req instanceof IncomingMessage && res instanceof ServerResponse) start(observed, req, res);
  else log.refuse('is no HTTP/1 request');
  let result: ObservedInputs | undefined;
  return {
    quiet: (run) => log.quiet(run),
    stop: () => {
      result ??= finish(observed);
      return result;
    },
  };
}

function start(observed: ObservedRequest, req: IncomingMessage, res: ServerResponse): void {
  const { log, undo } = observed;
  for (const key of addedToRequest(req)) observeProperty(observed, 'req', req, key);
  for (const key of addedToResponse(res)) observeProperty(observed, 'res', res, key);
  if (hasOwn(req, 'rawHeaders')) observeProperty(observed, 'req', req, 'rawHeaders');
  for (const [host, key] of [
    [req, 'socket'],
    [req, 'client'],
    [res, 'socket'],
  ] as const) {
    observeSocketProperty(observed, host, key);
  }
  const restorePrototypes = [observeRequestPrototype(req, observed), observeResponsePrototype(res, observed)];
  undo.push(() => {
    const inPlace = restorePrototypes.map((restore) => restore());
    if (inPlace.includes(false)) log.uncacheable ??= 'is handled by an app that is mounted behind the cache';
  });
  undo.push(observeProcessState(log));
}

/** The socket of a request: it is observed from the first time that somebody asks for it. */
function observeSocketProperty({ log, undo }: ObservedRequest, host: object, key: 'socket' | 'client'): void {
  const before = Object.getOwnPropertyDescriptor(host, key);
  if (before === undefined || !before.configurable || !('value' in before)) return;
  let socket = before.value as unknown;
  let isObserved = false;
  const get = (): unknown => {
    if (!isObserved && log.observing && typeof socket === 'object' && socket !== null) {
      isObserved = true;
      undo.push(observeSocket(log, socket));
    }
    return socket;
  };
  const set = (value: unknown): void => {
    socket = value;
  };
  Object.defineProperty(host, key, { configurable: true, enumerable: before.enumerable === true, get, set });
  undo.push(() => {
    if (Object.getOwnPropertyDescriptor(host, key)?.get !== get) return;
    Object.defineProperty(host, key, { ...before, value: socket });
  });
}

function finish({ log, session, undo }: ObservedRequest): ObservedInputs {
  session.check();
  log.close();
  for (const restore of undo.reverse()) restore();
  const inputs = log.uncacheable === undefined ? log.inputs() : [];
  return { inputs, uncacheable: log.uncacheable, shareable: log.shareable };
}
