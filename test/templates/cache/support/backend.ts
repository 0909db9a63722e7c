import { once } from 'node:events';
import {
  Agent,
  createServer,
  type IncomingHttpHeaders,
  type Server,
  request as startRequest,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type Express } from 'express';
import { afterEach } from 'vitest';
import type { CacheConfig } from '../../../../templates/cache/src/cache/config.js';
import {
  type CacheOptions,
  createCache,
  type ResponseCache,
} from '../../../../templates/cache/src/cache/create-cache.js';
import { currentScope, refuse } from '../../../../templates/cache/src/cache/trace.js';
import { connectRedis } from '../../../../templates/redis/src/lib/redis.js';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly text: string;
  /** `HIT`, `MISS`, `BYPASS`, or undefined. */
  readonly cache: string | undefined;
}

export interface Backend {
  readonly app: Express;
  readonly responses: ResponseCache;
  readonly origin: string;
  get(path: string, headers?: Record<string, string>, method?: string): Promise<Answer>;
}

const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const CONFIG: CacheConfig = {
  enabled: true,
  ttlSeconds: 60,
  firstTierBytes: 4 * 1024 * 1024,
  redisUrl: undefined,
  redisCommandTimeoutMs: 100,
};

/** A cache that is closed after the test. */
export function startCache(
  config: Partial<CacheConfig> = {},
  options: Partial<CacheOptions> = {},
): ResponseCache {
  const responses = createCache({
    namespace: 'test',
    connect: (url) => connectRedis(url),
    config: () => ({ ...CONFIG, ...config }),
    log: () => undefined,
    ...options,
  });
  cleanups.push(() => responses.close());
  return responses;
}

/** One instance of an application, on a port of its own; `routes` mounts what is to be cached. */
export async function startBackend(
  routes: (app: Express, responses: ResponseCache) => void,
  config: Partial<CacheConfig> = {},
  options: Partial<CacheOptions> = {},
): Promise<Backend> {
  const responses = startCache(config, options);
  const app = express();
  routes(app, responses);
  const server = createServer({ rejectNonStandardBodyWrites: true }, app);
  const agent = new Agent({ keepAlive: true });
  const origin = await listen(server);
  cleanups.push(() => {
    agent.destroy();
    server.closeAllConnections();
    server.close();
  });
  const get: Backend['get'] = (path, headers = {}, method = 'GET') =>
    send(new URL(path, origin), { headers, method, agent });
  return { app, responses, origin, get };
}

export async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** What an observed database driver does for a read. */
export function readTag(...tags: string[]): void {
  const trace = currentScope()?.trace;
  for (const tag of tags) trace?.tags.add(tag);
}

/** What it does for a write. */
export function refuseCurrent(reason: string): void {
  const trace = currentScope()?.trace;
  if (trace !== undefined) refuse(trace, reason);
}

export async function until(condition: () => boolean | Promise<boolean>, milliseconds = 3000): Promise<void> {
  const end = Date.now() + milliseconds;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error('the condition did not come true in time');
    await sleep(10);
  }
}

export function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

interface Sent {
  readonly headers: Record<string, string>;
  readonly method: string;
  readonly agent: Agent;
}

/** `fetch` would add and decode headers, and follow redirects. */
function send(url: URL, options: Sent): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = startRequest(url, options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const body = Buffer.concat(chunks);
        const { statusCode = 0, headers } = response;
        const cache = String(headers['x-cache'] ?? '').split(';')[0] || undefined;
        resolve({ status: statusCode, headers, body, text: body.toString(), cache });
      });
    });
    request.on('error', reject);
    request.end();
  });
}
