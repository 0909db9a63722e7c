import type { Express, NextFunction, Request, RequestHandler, Response } from 'express';
import { describe, expect, it } from 'vitest';
import {
  type Build,
  type Comparison,
  compare,
  type ExpressVersion,
  type Step,
  VERSIONS,
} from './inputs-compare.js';

/** What handlers see whose middleware puts properties on requests and responses without declaring them. */
export interface AnyRequest extends Omit<Request, 'session'> {
  // biome-ignore lint/suspicious/noExplicitAny: sessions hold what the app puts there
  session: any;
  // biome-ignore lint/suspicious/noExplicitAny: as in the repositories that the cache is put into
  [name: string]: any;
}
export interface AnyResponse extends Response {
  // biome-ignore lint/suspicious/noExplicitAny: see above
  [name: string]: any;
}
export type AnyMiddleware = (req: AnyRequest, res: AnyResponse, next: NextFunction) => unknown;

export interface Case {
  readonly build: Build;
  readonly steps: readonly Step[];
  /** M stored, H hit, S not stored, - started before the end was known; left out where it does not matter. */
  readonly served?: string;
  readonly only?: ExpressVersion;
  readonly check?: (comparison: Comparison) => void;
}

/** One test per case and Express version: bodies and statuses are those of the app without cache. */
export function describeCases(title: string, cases: Record<string, Case>): void {
  describe.each(VERSIONS)(`${title}, express %i`, (version) => {
    const applicable = Object.entries(cases).filter(([, { only }]) => only === undefined || only === version);
    it.each(applicable)('%s', async (_name, { build, steps, served, check }) => {
      const comparison = await compare(version, build, steps);
      expect(comparison.cached, reasonsOf(comparison)).toEqual(comparison.plain);
      if (served !== undefined) expect(comparison.served, reasonsOf(comparison)).toBe(served);
      check?.(comparison);
    });
  });
}

function reasonsOf({ events }: Comparison): string {
  return JSON.stringify(events.map(({ outcome, reason, inputs }) => [outcome, reason, inputs]));
}

/** A step for every request's headers, sent to /x. */
export function requests(...headers: Record<string, string>[]): Step[] {
  return headers.map((each) => ({ headers: each }));
}

/** Twice the first, twice the second, the first again, two without headers, the second again. */
export function alternating(first: Record<string, string>, second: Record<string, string>): Step[] {
  return requests(first, first, second, second, first, {}, {}, second);
}

/** The app's only route answers /x with what `read` gives, as JSON. */
export function answering(
  read: (req: AnyRequest, res: AnyResponse) => unknown,
  ...before: AnyMiddleware[]
): Build {
  return (app, cache) => {
    for (const middleware of before) app.use(middleware as RequestHandler);
    route(app, cache as AnyMiddleware, async (req, res) => res.json((await read(req, res)) ?? null));
  };
}

export function route(app: Express, ...handlers: AnyMiddleware[]): void {
  app.get('/x', ...(handlers as unknown as RequestHandler[]));
}

/** Middleware that puts what `make` gives on the request. */
export function adding(make: (req: AnyRequest) => Record<string, unknown>): AnyMiddleware {
  return (req, _res, next) => {
    Object.assign(req, make(req));
    next();
  };
}
