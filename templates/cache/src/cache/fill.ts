import type { NextFunction, Request, Response } from 'express';
import { type Preconditions, preconditionsOf } from './conditional.js';
import { EVERYTHING, type ObservedInput, type Token } from './contracts.js';
import type { Entry } from './entry.js';
import { explain } from './explain.js';
import type { Flight } from './flights.js';
import {
  evaluateInput,
  type ObservedInputs,
  observeRequest,
  type RequestObservation,
} from './observe-request.js';
import { isUnchanged } from './replay.js';
import { scopeOf } from './request-scope.js';
import { type CaptureResult, ResponseCapture, type ResponseHead } from './response-capture.js';
import { headerValue, membersOf } from './response-headers.js';
import type { Statistics } from './statistics.js';
import { lifetime, responseRefusal } from './storability.js';
import type { Store } from './store.js';
import { createTrace, openTrace, type RequestScope, runInScope, type Trace } from './trace.js';
import type { Visit } from './visit.js';

/** What a route asks of the cache. */
export interface RouteRules {
  /** Seconds. */
  readonly ttl: number;
  /** A person chose `ttl` for this very route, knowing what it reads. */
  readonly isTtlExplicit: boolean;
  readonly tags: readonly string[];
  readonly maxBytes: number;
}

export interface FillContext {
  readonly request: Request;
  readonly response: Response;
  readonly visit: Visit;
  /** From before the chain runs. */
  readonly token: Token;
  readonly flight: Flight;
  readonly rules: RouteRules;
  readonly store: Store;
  readonly statistics: Statistics;
}

/** More would make each lookup slow. */
const MOST_TAGS = 500;
const NO_TAG = 'reads no observed database, and the route has no ttl of its own';

/** One run of the chain behind the cache: observed from `next` to the end of the response, and kept if that is safe. */
export class Fill {
  readonly #context: FillContext;
  readonly #preconditions: Preconditions;
  readonly #trace: Trace = createTrace();
  readonly #scope: RequestScope;
  readonly #inFlight: { close(): void };
  readonly #observation: RequestObservation;
  readonly #capture: ResponseCapture;
  #refusal: string | undefined;

  constructor(context: FillContext) {
    const { request, response, rules } = context;
    this.#context = context;
    this.#preconditions = preconditionsOf(request);
    this.#scope = scopeOf(request);
    this.#inFlight = openTrace(this.#trace);
    this.#observation = observeRequest(request, response);
    this.#capture = new ResponseCapture(response, {
      maxBytes: rules.maxBytes,
      quiet: (run) => this.#observation.quiet(run),
      onHead: (head) => this.#onHead(head),
      onEnd: (result) => this.#onEnd(result),
    });
  }

  run(next: NextFunction): void {
    this.#scope.trace = this.#trace;
    runInScope(this.#scope, next);
  }

  /** Those who wait for a response that will never be kept need not wait for its end. */
  #onHead(head: ResponseHead): boolean {
    const { response, flight, statistics } = this.#context;
    try {
      this.#refusal ??= responseRefusal(head.status, head.sent);
      if (this.#refusal !== undefined) {
        this.#capture.refuse(this.#refusal);
        flight.land(false);
      }
      explain(response, { kind: 'miss', reason: this.#refusal });
      return isUnchanged(this.#preconditions, head);
    } catch (error) {
      statistics.error(error);
      return false;
    }
  }

  #onEnd(result: CaptureResult): void {
    try {
      const observed = this.#stopObserving();
      this.#refusal ??= 'refusal' in result ? result.refusal : this.#refusalOf(result.head, observed);
      if (this.#refusal === undefined && 'head' in result)
        void this.#save(result.head, result.body, observed);
      else this.#drop(this.#refusal ?? 'incomplete');
    } catch (error) {
      this.#context.statistics.error(error);
      this.#drop('internal error');
    }
  }

  #stopObserving(): ObservedInputs {
    const observed = this.#observation.stop();
    this.#inFlight.close();
    this.#scope.trace = undefined;
    return observed;
  }

  #refusalOf(head: ResponseHead, observed: ObservedInputs): string | undefined {
    const { rules } = this.#context;
    const tags = this.#trace.tags.size;
    if (tags === 0 && !rules.isTtlExplicit) return this.#trace.uncacheable ?? observed.uncacheable ?? NO_TAG;
    const tooMany = tags > MOST_TAGS ? 'depends on too many tags' : undefined;
    const stale = this.#secondsToLive(head) > 0 ? undefined : 'expires at once';
    const refusal = responseRefusal(head.status, head.sent);
    return refusal ?? this.#trace.uncacheable ?? observed.uncacheable ?? tooMany ?? stale;
  }

  /** The first tier has the entry when this returns; nobody waits for Redis but those who wait for the flight. */
  async #save(head: ResponseHead, body: Buffer, observed: ObservedInputs): Promise<void> {
    const { store, flight, statistics, visit } = this.#context;
    try {
      const inputs = [...observed.inputs, ...this.#inputsNamedByVary(head, observed.inputs)];
      const outcome = await store.save(visit.variantOf(inputs), this.#entry(head, body), observed.shareable);
      if (outcome === 'stored') statistics.saved();
      else statistics.refused(outcome);
      flight.land(outcome === 'stored');
    } catch (error) {
      statistics.error(error);
      flight.land(false);
    }
  }

  #drop(reason: string): void {
    this.#context.statistics.refused(reason);
    this.#context.flight.land(false);
  }

  #entry(head: ResponseHead, body: Buffer): Entry {
    const { token, rules } = this.#context;
    const { status, statusMessage, headers, removedHeaders } = head;
    const now = Date.now();
    return {
      ...{ status, statusMessage, headers, removedHeaders, body, token },
      tags: [...new Set([EVERYTHING, ...this.#trace.tags, ...rules.tags])],
      external: [...this.#trace.external],
      storedAt: now - ageOf(head) * 1000,
      expiresAt: now + this.#secondsToLive(head) * 1000,
    };
  }

  #secondsToLive(head: ResponseHead): number {
    return lifetime(head.sent, ageOf(head), this.#context.rules.ttl, Date.now());
  }

  /** The chain knows best what its response depends on: what `Vary` names counts as read. */
  #inputsNamedByVary(head: ResponseHead, seen: readonly ObservedInput[]): ObservedInput[] {
    const { request, response } = this.#context;
    const reads = membersOf(headerValue(head.headers, 'vary')).map(
      (name) => ({ op: 'get', on: 'req', path: ['headers', name] }) as const,
    );
    const known = new Set(seen.map(({ read }) => JSON.stringify(read)));
    return reads
      .filter((read) => !known.has(JSON.stringify(read)))
      .map((read) => ({ read, fingerprint: evaluateInput(read, request, response) }));
  }
}

/** Seconds that the response was old when the chain got it from elsewhere. */
function ageOf(head: ResponseHead): number {
  const age = Number.parseInt(headerValue(head.sent, 'age') ?? '', 10);
  return Number.isNaN(age) ? 0 : Math.max(0, age);
}
