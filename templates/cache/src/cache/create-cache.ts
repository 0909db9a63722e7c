import type { NextFunction, Request, Response } from 'express';
import type { Redis } from 'ioredis';
import { type CacheConfig, LONGEST_TTL_SECONDS, readConfig } from './config.js';
import type { Invalidator } from './contracts.js';
import { observeExternalCalls } from './external-calls.js';
import type { RouteRules } from './fill.js';
import { Flights } from './flights.js';
import { MemoryStore } from './memory-store.js';
import { type Services, serve } from './middleware.js';
import { allowCloningOfObservedValues } from './observe-request.js';
import { RedisStore } from './redis-store.js';
import { observeRequests } from './request-scope.js';
import { type CacheCounts, Statistics } from './statistics.js';
import type { Store, StoreState } from './store.js';

export interface CacheOptions {
  /** Names the application in Redis; two applications with one name would answer each other's requests. */
  readonly namespace: string;
  /** Opens a connection that reconnects by itself and whose commands fail while it is down. Called once or twice. */
  readonly connect: (url: string) => Redis;
  /** Default: the environment, read when the cache is first used. */
  readonly config?: (() => CacheConfig) | undefined;
  /** Default: `console.warn`. */
  readonly log?: ((message: string) => void) | undefined;
}

/** What one route wants otherwise than the application. */
export interface RouteOptions {
  /** Seconds, at most a day. A response that reads no observed database is only kept where this is given. */
  readonly ttl?: number | undefined;
  /** Added to what is observed, for `invalidate`. */
  readonly tags?: readonly string[] | undefined;
  /** Larger bodies are not kept. Default: 1 MiB. */
  readonly maxBytes?: number | undefined;
}

export interface CacheStatistics extends CacheCounts {
  /** It starts with the first request or invalidation. */
  readonly state: 'not started' | 'running' | 'off';
  /** While it is running. */
  readonly store: StoreState | undefined;
}

export interface ResponseCache extends Invalidator {
  /** Middleware for GET routes: behind whatever decides who may pass, before what fetches the data. */
  cache(options?: RouteOptions): (request: Request, response: Response, next: NextFunction) => void;
  stats(): CacheStatistics;
  /** Lets go of connections and entries; later requests run uncached. */
  close(): Promise<void>;
}

interface Running extends Services {
  readonly ttlSeconds: number;
}

const DEFAULT_MAX_BYTES = 1024 * 1024;

/** Nothing is read or connected before the first request or invalidation. */
export function createCache(options: CacheOptions): ResponseCache {
  observeRequests();
  observeExternalCalls();
  allowCloningOfObservedValues();
  const statistics = new Statistics(options.log ?? console.warn);
  let started: { readonly running: Running | undefined } | undefined;
  const running = (): Running | undefined => {
    started ??= { running: start(options, statistics) };
    return started.running;
  };
  return {
    cache: (route = {}) => {
      checkRoute(route);
      return (request, response, next) => {
        const services = running();
        if (services === undefined) return next();
        serve(services, { request, response, next, rules: rulesOf(route, services.ttlSeconds) });
      };
    },
    invalidate: async (tags) => running()?.store.invalidate(tags),
    stats: () => ({
      state: started === undefined ? 'not started' : started.running === undefined ? 'off' : 'running',
      ...statistics.counts(),
      store: started?.running?.store.state(),
    }),
    close: async () => {
      const store = started?.running?.store;
      started = { running: undefined };
      await store?.close();
    },
  };
}

/** Undefined: switched off, or configured in a way that cannot be meant, which is logged. */
function start(options: CacheOptions, statistics: Statistics): Running | undefined {
  try {
    const config = (options.config ?? readConfig)();
    if (!config.enabled) return undefined;
    const store = openStore(options, config);
    return { store, statistics, flights: new Flights(), ttlSeconds: config.ttlSeconds };
  } catch (error) {
    statistics.error(error);
    return undefined;
  }
}

function openStore({ connect, namespace }: CacheOptions, config: CacheConfig): Store {
  const { redisUrl, redisCommandTimeoutMs, firstTierBytes } = config;
  if (redisUrl === undefined) return new MemoryStore(firstTierBytes);
  const [redis, subscriber] = [connect(redisUrl), connect(redisUrl)];
  return new RedisStore({
    redis,
    subscriber,
    namespace,
    firstTierBytes,
    commandTimeoutMs: redisCommandTimeoutMs,
  });
}

function checkRoute({ ttl, maxBytes }: RouteOptions): void {
  if (ttl !== undefined && !(ttl > 0 && ttl <= LONGEST_TTL_SECONDS)) {
    throw new Error(`cache({ ttl }) takes seconds, above 0 and at most ${LONGEST_TTL_SECONDS}, not ${ttl}`);
  }
  if (maxBytes !== undefined && !(maxBytes > 0)) {
    throw new Error(`cache({ maxBytes }) takes a number of bytes above 0, not ${maxBytes}`);
  }
}

function rulesOf(route: RouteOptions, ttlSeconds: number): RouteRules {
  return {
    ttl: route.ttl ?? ttlSeconds,
    isTtlExplicit: route.ttl !== undefined,
    tags: route.tags ?? [],
    maxBytes: route.maxBytes ?? DEFAULT_MAX_BYTES,
  };
}
