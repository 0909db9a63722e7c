import type { Redis } from 'ioredis';
import { env } from '../config/env.js';
import { connectRedis } from '../lib/redis.js';
import type { Service } from './service.js';

let client: Redis | undefined;

/** The connection, or undefined where `REDIS_URL` is not set and this process works for itself alone. */
export function redisClient(): Redis | undefined {
  return client;
}

export const redis: Service = {
  name: 'redis',
  optional: true,
  async start() {
    if (env.REDIS_URL !== undefined) client = connectRedis(env.REDIS_URL);
  },
  check: env.REDIS_URL === undefined ? undefined : async () => client?.ping(),
  async stop() {
    client?.disconnect();
  },
};
