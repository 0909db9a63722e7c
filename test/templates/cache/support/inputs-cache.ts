import type { NextFunction, Request, RequestHandler, Response } from 'express';
import type { InputRead, ObservedInput } from '../../../../templates/cache/src/cache/contracts.js';
import { fingerprint } from '../../../../templates/cache/src/cache/fingerprint.js';
import {
  allowCloningOfObservedValues,
  evaluateInput,
  observeAppLocals,
  observeRequest,
  type RequestObservation,
  requestShape,
} from '../../../../templates/cache/src/cache/observe-request.js';

/** What happened to one request: `inputs` are those of a run, in their canonical order. */
export interface CacheEvent {
  readonly outcome: 'hit' | 'stored' | 'refused';
  readonly inputs: readonly ObservedInput[];
  readonly reason: string | undefined;
  readonly shareable: boolean;
}

interface Entry {
  readonly inputs: readonly ObservedInput[];
  readonly headers: readonly (readonly [string, string | number | string[]])[];
  readonly body: Buffer;
}

/** The smallest cache that stands on observed inputs: no limits, no invalidation; reads survive JSON. */
export function tinyCache(events: CacheEvent[] = []): RequestHandler {
  const routes = new Map<string, Entry[]>();
  allowCloningOfObservedValues();
  return (req, res, next) => {
    if (req.method !== 'GET' || hasUnreadBody(req)) return next();
    observeAppLocals(req.app);
    const key = [req.httpVersion, req.originalUrl, req.baseUrl, req.url, fingerprint(req.params)].join(' ');
    const route = `${key} ${requestShape(req, res)}`;
    const hit = routes.get(route)?.find(({ inputs }) => matches(inputs, req, res));
    if (hit === undefined) {
      run(req, res, next, events, (entry) => routes.set(route, [...(routes.get(route) ?? []), entry]));
      return;
    }
    events.push({ outcome: 'hit', inputs: hit.inputs, reason: undefined, shareable: true });
    for (const [name, value] of hit.headers) res.setHeader(name, value);
    res.setHeader('x-served', 'H');
    res.end(hit.body);
  };
}

function hasUnreadBody(req: Request): boolean {
  const hasBody =
    req.headers['transfer-encoding'] !== undefined || Number(req.headers['content-length'] ?? 0) > 0;
  return hasBody && !req.readableEnded;
}

function matches(inputs: readonly ObservedInput[], req: Request, res: Response): boolean {
  return inputs.every(({ read, fingerprint: expected }) => {
    const restored = JSON.parse(JSON.stringify(read)) as InputRead;
    return evaluateInput(restored, req, res) === expected;
  });
}

function run(
  req: Request,
  res: Response,
  next: NextFunction,
  events: CacheEvent[],
  store: (entry: Entry) => void,
): void {
  const before = res.getHeaders();
  const observation = observeRequest(req, res);
  const chunks = captureBody(res, observation, (isWrapped) => {
    const { inputs, uncacheable, shareable } = observation.stop();
    const reason = uncacheable ?? (isWrapped ? 'wraps writeHead' : refusal(res, before));
    const headers = Object.entries(res.getHeaders()).flatMap(([name, value]) =>
      value === undefined || value === before[name] ? [] : [[name, value] as const],
    );
    if (reason === undefined) store({ inputs, headers, body: Buffer.concat(chunks) });
    events.push({ outcome: reason === undefined ? 'stored' : 'refused', inputs, reason, shareable });
    if (!res.headersSent) res.setHeader('x-served', reason === undefined ? 'M' : 'S');
  });
  res.once('close', () => observation.stop());
  next();
}

function refusal(res: Response, before: Record<string, unknown>): string | undefined {
  if (res.statusCode !== 200) return `status ${res.statusCode}`;
  return res.getHeader('set-cookie') === before['set-cookie'] ? undefined : 'sets a cookie';
}

/** Collects the body, and calls `ended` before the end of the response reaches middleware that was mounted earlier. */
function captureBody(
  res: Response,
  observation: RequestObservation,
  ended: (isWrapped: boolean) => void,
): Buffer[] {
  const { write, end, writeHead } = res;
  const chunks: Buffer[] = [];
  let isEnded = false;
  const add = (chunk: unknown): void => {
    if (typeof chunk === 'string' || chunk instanceof Uint8Array) chunks.push(Buffer.from(chunk as string));
  };
  const ourWriteHead = ((...args: unknown[]) =>
    observation.quiet(() => Reflect.apply(writeHead, res, args) as unknown)) as typeof writeHead;
  res.writeHead = ourWriteHead;
  res.write = ((...args: unknown[]) => {
    if (!isEnded) add(args[0]);
    return observation.quiet(() => Reflect.apply(write, res, args) as unknown);
  }) as typeof write;
  res.end = ((...args: unknown[]) => {
    if (!isEnded) {
      isEnded = true;
      add(args[0]);
      ended(res.writeHead !== ourWriteHead);
      res.write = write;
      if (res.writeHead === ourWriteHead) res.writeHead = writeHead;
    }
    return Reflect.apply(end, res, args) as unknown;
  }) as typeof end;
  return chunks;
}
