import type { IncomingMessage, ServerResponse } from 'node:http';
import type { InputRead } from './contracts.js';
import { keyOfName } from './fingerprint-identity.js';
import { encodeInput } from './inputs-read.js';
import { addedToRequest, addedToResponse } from './observe-request-names.js';
import { evaluateFor } from './observe-request-process.js';
import { observedProxy } from './observed-proxies.js';

let failures = 0;

type Holder = Record<PropertyKey, unknown>;
type Method = (...args: unknown[]) => unknown;

/**
 * The fingerprint of a recorded read on another request, equal to the recorded one when the value is. Where reading
 * throws, and for objects that were never seen before, it is one that equals no other.
 */
export function evaluateInput(read: InputRead, req: IncomingMessage, res: ServerResponse): string {
  try {
    return evaluateFor(req, () => evaluate(read, req, res));
  } catch {
    failures += 1;
    return `!${failures}`;
  }
}

/**
 * What middleware before the cache added to the request and the response, by name: part of the route's key, because
 * whether a property exists can be asked without reading it.
 */
export function requestShape(req: IncomingMessage, res: ServerResponse): string {
  const status = res.statusCode === 200 ? '' : `${res.statusCode}`;
  const names = [addedToRequest(req), addedToResponse(res), res.getHeaderNames()];
  return `${names.map((list) => list.map(String).join()).join('|')}|${status}`;
}

function evaluate(read: InputRead, req: IncomingMessage, res: ServerResponse): string {
  const { value, within } = readAgain(read, req, res);
  return encodeInput(read, value, { records: false, request: req, within }).fingerprint;
}

interface Reading {
  readonly value: unknown;
  /** The document on the way to the value. */
  readonly within?: object | undefined;
}

function readAgain(read: InputRead, req: IncomingMessage, res: ServerResponse): Reading {
  const { op, path } = read;
  const last = path[path.length - 1];
  if (last === undefined) return { value: res.getHeaders() };
  if (op === 'response-header') return { value: res.getHeader(last) };
  const { value: holder, within } = holderOf(read, req, res);
  const key = keyOfName(last);
  if (op === 'has') return { value: key in (holder as object) };
  const value = (holder as Holder)[key];
  if (op === 'keys') return { value: Reflect.ownKeys(value as object).map(String) };
  if (op === 'call') return { value: Reflect.apply(value as Method, holder, read.args ?? []) };
  return { value, within };
}

function holderOf({ on, path }: InputRead, req: IncomingMessage, res: ServerResponse): Reading {
  let value: unknown = on === 'req' ? req : res;
  let within: object | undefined;
  for (const name of path.slice(0, -1)) {
    if (name === '_doc') within = value as object;
    value = withoutOthers((value as Holder)[keyOfName(name)], req);
  }
  return { value, within };
}

/** Another request may be observing the same document: what is read here is none of its inputs. */
function withoutOthers(value: unknown, req: IncomingMessage): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const proxy = observedProxy(value);
  return proxy?.request === undefined || proxy.request === req ? value : proxy.raw;
}
