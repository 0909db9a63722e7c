import type { NextFunction, Request, Response } from 'express';
import type { Token } from './contracts.js';
import type { Entry } from './entry.js';
import { explain } from './explain.js';
import { Fill, type RouteRules } from './fill.js';
import { type Flight, type Flights, waitFor } from './flights.js';
import { type AppWithLocals, observeAppLocals } from './observe-request-process.js';
import { replay } from './replay.js';
import type { Statistics } from './statistics.js';
import type { Store } from './store.js';
import { Visit } from './visit.js';

/** What all cached routes of a process share. */
export interface Services {
  readonly store: Store;
  readonly flights: Flights;
  readonly statistics: Statistics;
}

/** One request of a cached route. */
export interface Exchange {
  readonly request: Request;
  readonly response: Response;
  readonly next: NextFunction;
  readonly rules: RouteRules;
}

/** Answer from an entry, or run the chain: observed, or as if there were no cache. */
type Decision =
  | { readonly kind: 'replay'; readonly entry: Entry }
  | { readonly kind: 'fill'; readonly visit: Visit; readonly token: Token; readonly flight: Flight }
  | { readonly kind: 'bypass'; readonly reason: string };

const LONGEST_WAIT_MS = 5000;

const handled = new WeakSet<Request>();

/** Whatever goes wrong in the cache, the chain runs. */
export function serve(services: Services, exchange: Exchange): void {
  const { request, next } = exchange;
  if (!isAsked(request)) {
    next();
    return;
  }
  handled.add(request);
  const begun = begin(services, exchange);
  if ('kind' in begun) carryOut(begun, services, exchange);
  else {
    decide(services, begun, request.method)
      .catch((error: unknown) => unavailable(services.statistics, error))
      .then((decision) => carryOut(decision, services, exchange))
      .catch(next);
  }
}

/** Without waiting: the memory of this process has the answer, or a store must be asked. */
function begin({ store, statistics }: Services, { request, response }: Exchange): Decision | Visit {
  try {
    observeLocals(request.app);
    const visit = new Visit(request, response);
    const entry = store.recall(visit);
    return entry === undefined ? visit : { kind: 'replay', entry };
  } catch (error) {
    statistics.error(error);
    return { kind: 'bypass', reason: 'internal error' };
  }
}

/** A cache that is mounted behind another one leaves the request to that. */
function isAsked(request: Request): boolean {
  if (request.method !== 'GET' && request.method !== 'HEAD') return false;
  const { 'content-length': length, 'transfer-encoding': encoding } = request.headers;
  const hasBody = encoding !== undefined || Number(length ?? 0) > 0;
  return !hasBody && !handled.has(request);
}

/** Those of the app and of the apps that it is mounted on. */
function observeLocals(app: AppWithLocals | undefined): void {
  for (let current = app; current !== undefined; current = current.parent as AppWithLocals | undefined) {
    observeAppLocals(current);
  }
}

async function decide({ store, flights }: Services, visit: Visit, method: string): Promise<Decision> {
  const waitedFor = new Set<string>();
  for (;;) {
    const { token, entry } = await store.find(visit);
    if (entry !== undefined) return { kind: 'replay', entry };
    if (method === 'HEAD') return { kind: 'bypass', reason: 'HEAD is answered from what a GET stored' };
    const key = visit.flightKey(store.signatures(visit.route));
    const landing = waitedFor.has(key) ? undefined : flights.landing(key);
    const isStored = landing !== undefined && (await waitFor(landing, LONGEST_WAIT_MS));
    if (!isStored) return { kind: 'fill', visit, token, flight: flights.lead(key) };
    waitedFor.add(key);
  }
}

function unavailable(statistics: Statistics, error: unknown): Decision {
  statistics.error(error);
  return { kind: 'bypass', reason: 'the store does not answer' };
}

function carryOut(decision: Decision, services: Services, exchange: Exchange): void {
  const { statistics } = services;
  let proceed: (() => void) | undefined = exchange.next;
  try {
    proceed = prepare(decision, services, exchange);
  } catch (error) {
    statistics.error(error);
    if (decision.kind === 'fill') decision.flight.land(false);
  }
  proceed?.();
}

/** How the chain is to run; undefined when the response is on its way. */
function prepare(decision: Decision, services: Services, exchange: Exchange): (() => void) | undefined {
  const { request, response, rules, next } = exchange;
  const { store, statistics } = services;
  if (decision.kind === 'replay') {
    replay(request, response, decision.entry);
    statistics.hit();
    return undefined;
  }
  if (decision.kind === 'bypass') {
    statistics.bypass(decision.reason);
    explain(response, { kind: 'bypass', reason: decision.reason });
    return next;
  }
  const { visit, token, flight } = decision;
  const fill = new Fill({ request, response, rules, visit, token, flight, store, statistics });
  statistics.miss();
  return () => fill.run(next);
}
