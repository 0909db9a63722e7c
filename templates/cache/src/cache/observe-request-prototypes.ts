import type { IncomingMessage, ServerResponse } from 'node:http';
import { unwrap } from './observed-proxies.js';
import { type ObservedRequest, observeValue } from './observed-values.js';

/** Express's getters: the value is the input, not the headers and settings that it was made of. */
const BY_VALUE = ['protocol', 'secure', 'ip', 'ips', 'subdomains', 'hostname', 'host', 'xhr'];
const BY_RESULT = [
  ...['accepts', 'acceptsEncodings', 'acceptsCharsets', 'acceptsLanguages', 'is'],
  ...['acceptsEncoding', 'acceptsCharset', 'acceptsLanguage'],
];
const ONE_RESPONSE_HEADER = ['getHeader', 'get', 'hasHeader'];
const ALL_RESPONSE_HEADERS = ['getHeaders', 'getHeaderNames', 'getRawHeaderNames'];

interface ObservedResponse extends ObservedRequest {
  /** The headers that were set when the observation began. */
  readonly headersBefore: ReturnType<ServerResponse['getHeaders']>;
}

type Observable<Observed> = Record<symbol, Observed | undefined>;
type Method = (...args: unknown[]) => unknown;

/**
 * A prototype between an object and its own one, whose accessors note what they are asked for. It is made once for
 * every prototype, so that the engine keeps its optimised lookups; the observation hangs on the object itself.
 */
class Layer<Observed extends ObservedRequest> {
  readonly prototype: object;
  readonly below: object;
  private readonly key = Symbol('cache.observed');

  constructor(below: object) {
    this.below = below;
    this.prototype = Object.create(below) as object;
  }

  insert(object: object, observed: Observed): void {
    Object.defineProperty(object, this.key, { configurable: true, value: observed });
    Object.setPrototypeOf(object, this.prototype);
  }

  /** Whether the layer was still in place; an app that was mounted behind the cache replaces it. */
  remove(object: object): boolean {
    const inPlace = Object.getPrototypeOf(object) === this.prototype;
    delete (object as Observable<Observed>)[this.key];
    if (inPlace) Object.setPrototypeOf(object, this.below);
    return inPlace;
  }

  /** The observation of an object or of what inherits from it, unless it pauses. */
  observing(object: object): Observed | undefined {
    const observed = (object as Observable<Observed>)[this.key];
    return observed?.log.observing ? observed : undefined;
  }

  getter(name: string, note: (observed: Observed, read: () => unknown) => unknown): void {
    if (!(name in this.below)) return;
    const layer = this;
    const get = function (this: object): unknown {
      const observed = layer.observing(this);
      const read = (): unknown => Reflect.get(layer.below, name, this);
      return observed === undefined ? read() : note(observed, read);
    };
    const accessors = isWritable(this.below, name) ? { get, set: this.setter(name) } : { get };
    Object.defineProperty(this.prototype, name, { configurable: true, enumerable: true, ...accessors });
  }

  method(
    name: string,
    note: (observed: Observed, call: () => unknown, args: readonly unknown[]) => unknown,
  ): void {
    if (!(name in this.below)) return;
    const layer = this;
    const value = function (this: object, ...args: unknown[]): unknown {
      const observed = layer.observing(this);
      const call = (): unknown => (Reflect.get(layer.below, name, this) as Method).apply(this, args);
      return observed === undefined ? call() : note(observed, call, args);
    };
    Object.defineProperty(this.prototype, name, {
      configurable: true,
      enumerable: true,
      writable: true,
      value,
    });
  }

  private setter(name: string): (value: unknown) => void {
    const layer = this;
    return function set(this: object, value: unknown) {
      layer.observing(this)?.log.overwritten.add(name);
      Reflect.set(layer.below, name, unwrap(value), this);
    };
  }
}

function isWritable(prototype: object, name: string): boolean {
  for (
    let owner: object | null = prototype;
    owner !== null;
    owner = Object.getPrototypeOf(owner) as object | null
  ) {
    const descriptor = Object.getOwnPropertyDescriptor(owner, name);
    if (descriptor !== undefined) return descriptor.set !== undefined || descriptor.writable === true;
  }
  return true;
}

const requestLayers = new WeakMap<object, Layer<ObservedRequest>>();
const responseLayers = new WeakMap<object, Layer<ObservedResponse>>();

/** Notes what is read of `req` through its prototype. Returns the way back, which tells whether it was still open. */
export function observeRequestPrototype(req: IncomingMessage, observed: ObservedRequest): () => boolean {
  const below = Object.getPrototypeOf(req) as object;
  const layer = requestLayers.get(below) ?? requestLayer(below);
  requestLayers.set(below, layer);
  layer.insert(req, observed);
  return () => layer.remove(req);
}

/** Notes which headers of earlier middleware are read of `res`. */
export function observeResponsePrototype(res: ServerResponse, observed: ObservedRequest): () => boolean {
  const below = Object.getPrototypeOf(res) as object;
  const layer = responseLayers.get(below) ?? responseLayer(below);
  responseLayers.set(below, layer);
  layer.insert(res, { ...observed, headersBefore: res.getHeaders() });
  return () => layer.remove(res);
}

function requestLayer(below: object): Layer<ObservedRequest> {
  const layer = new Layer<ObservedRequest>(below);
  layer.getter('headers', (observed, read) => {
    const place = { on: 'req', path: ['headers'] } as const;
    return observed.log.overwritten.has('headers') ? read() : observeValue(observed, place, read());
  });
  layer.getter('headersDistinct', ({ log }, read) => {
    log.note({ op: 'get', on: 'req', path: ['headersDistinct'] }, log.quiet(read));
    return read();
  });
  layer.getter('fresh', () => false);
  layer.getter('stale', () => true);
  for (const name of BY_VALUE)
    layer.getter(name, ({ log }, read) => {
      const value = log.quiet(read);
      log.note({ op: 'get', on: 'req', path: [name] }, value);
      return value;
    });
  for (const name of BY_RESULT)
    layer.method(name, ({ log }, call, args) => {
      const value = log.quiet(call);
      log.note({ op: 'call', on: 'req', path: [name], args }, value);
      return value;
    });
  return layer;
}

function responseLayer(below: object): Layer<ObservedResponse> {
  const layer = new Layer<ObservedResponse>(below);
  for (const name of ONE_RESPONSE_HEADER)
    layer.method(name, (observed, call, [header]) => {
      const value = observed.log.quiet(call);
      if (typeof header === 'string') noteResponseHeader(observed, header.toLowerCase(), value);
      return value;
    });
  for (const name of ALL_RESPONSE_HEADERS)
    layer.method(name, ({ log, headersBefore }, call) => {
      log.note({ op: 'response-headers', on: 'res', path: [] }, headersBefore);
      return log.quiet(call);
    });
  return layer;
}

// That a header was not set before is part of the request's shape; what the chain itself set is no input.
function noteResponseHeader({ log, headersBefore }: ObservedResponse, header: string, value: unknown): void {
  const before = headersBefore[header];
  if (before === undefined || (value !== before && value !== true)) return;
  log.note({ op: 'response-header', on: 'res', path: [header] }, before);
}
