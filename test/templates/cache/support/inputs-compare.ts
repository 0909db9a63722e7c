import http from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import express5, { type Express, type RequestHandler } from 'express';
import { type CacheEvent, tinyCache } from './inputs-cache.js';

const express4 = createRequire(import.meta.url)('express4') as typeof express5;

export const EXPRESS = { 4: express4, 5: express5 } as const;
export type ExpressVersion = keyof typeof EXPRESS;
export const VERSIONS: readonly ExpressVersion[] = [4, 5];

/** Builds the app under test; `cache` is either the cache or a middleware that does nothing. */
export type Build = (app: Express, cache: RequestHandler, express: typeof express5) => void;

export interface Step {
  readonly path?: string;
  readonly headers?: Record<string, string>;
  readonly method?: string;
  readonly body?: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
}

export interface Comparison {
  /** What the app answers without and with the cache, per step. */
  readonly plain: readonly string[];
  readonly cached: readonly string[];
  readonly answers: readonly Answer[];
  /** One letter per step: M stored, H hit, S not stored, - not seen in time. */
  readonly served: string;
  readonly events: readonly CacheEvent[];
}

export interface RunningApp {
  send(step: Step): Promise<Answer>;
  close(): Promise<void>;
}

export async function serve(app: http.RequestListener): Promise<RunningApp> {
  const server = http.createServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const agent = new http.Agent({ keepAlive: true });
  return {
    send: (step) => send(port, agent, step),
    close: async () => {
      agent.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function send(port: number, agent: http.Agent, { path = '/x', headers = {}, method = 'GET', body }: Step) {
  return new Promise<Answer>((resolve, reject) => {
    const request = http.request({ port, host: '127.0.0.1', path, headers, method, agent }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text: Buffer.concat(chunks).toString(),
        }),
      );
    });
    request.on('error', reject);
    request.end(body);
  });
}

/** Sends the same requests, in order, to the same app with and without the cache. */
export async function compare(
  version: ExpressVersion,
  build: Build,
  steps: readonly Step[],
): Promise<Comparison> {
  const events: CacheEvent[] = [];
  const plainApp = await serve(appOf(version, build, (_req, _res, next) => next()));
  const cachedApp = await serve(appOf(version, build, tinyCache(events)));
  try {
    const plain: Answer[] = [];
    const answers: Answer[] = [];
    for (const step of steps) {
      plain.push(await plainApp.send(step));
      answers.push(await cachedApp.send(step));
    }
    const show = ({ status, text }: Answer): string => `${status} ${text}`;
    const served = answers.map(({ headers }) => String(headers['x-served'] ?? '-')).join('');
    return { plain: plain.map(show), cached: answers.map(show), answers, served, events };
  } finally {
    await Promise.all([plainApp.close(), cachedApp.close()]);
  }
}

function appOf(version: ExpressVersion, build: Build, cache: RequestHandler): Express {
  const app = EXPRESS[version]();
  app.set('env', 'test');
  build(app, cache, EXPRESS[version]);
  return app;
}

/** Sends requests at once, with `x-user` a or b in turn, to the app with the cache, twice. */
export async function concurrently(version: ExpressVersion, build: Build, count: number) {
  const app = await serve(appOf(version, build, tinyCache()));
  const names = Array.from({ length: 2 * count }, (_, index) => (index % 2 === 0 ? 'a' : 'b') as 'a' | 'b');
  const sendAll = (some: readonly string[]) =>
    Promise.all(some.map((name) => app.send({ headers: { 'x-user': name } })));
  try {
    const answers = [...(await sendAll(names.slice(0, count))), ...(await sendAll(names.slice(count)))];
    return { names, answers: answers.map(({ text }) => text) };
  } finally {
    await app.close();
  }
}
