/** What the environment decides about the cache. */
export interface CacheConfig {
  readonly enabled: boolean;
  /** Lifetime, in seconds, of an entry whose route names none. */
  readonly ttlSeconds: number;
  /** Memory of this process for responses, header blocks and keys included. */
  readonly firstTierBytes: number;
  /** Undefined: this process caches for itself alone. */
  readonly redisUrl: string | undefined;
  readonly redisCommandTimeoutMs: number;
}

type Environment = Readonly<NodeJS.ProcessEnv>;

/** Lifetimes end before the knowledge of what was invalidated does; see `TAG_LIFETIME_MS` of the Redis store. */
export const LONGEST_TTL_SECONDS = 24 * 60 * 60;

const MEGABYTE = 1024 * 1024;

/** Throws an error that names the variable to correct. Values are shown only where they cannot be secrets. */
export function readConfig(env: Environment = process.env): CacheConfig {
  return {
    enabled: readFlag(env, 'CACHE_ENABLED', true),
    ttlSeconds: readNumber(env, 'CACHE_TTL_SECONDS', 60, LONGEST_TTL_SECONDS),
    firstTierBytes: Math.round(readNumber(env, 'CACHE_L1_MAX_MB', 64, 64 * 1024) * MEGABYTE),
    redisUrl: readRedisUrl(env),
    redisCommandTimeoutMs: readNumber(env, 'REDIS_COMMAND_TIMEOUT_MS', 100, 60_000),
  };
}

function readFlag(env: Environment, name: string, fallback: boolean): boolean {
  const text = env[name]?.trim().toLowerCase() ?? '';
  if (text === '') return fallback;
  if (['true', '1', 'yes', 'on'].includes(text)) return true;
  if (['false', '0', 'no', 'off'].includes(text)) return false;
  throw new Error(`${name} must be true or false, not "${text}"`);
}

function readNumber(env: Environment, name: string, fallback: number, maximum: number): number {
  const text = env[name]?.trim() ?? '';
  if (text === '') return fallback;
  const value = Number(text);
  if (value > 0 && value <= maximum) return value;
  throw new Error(`${name} must be a number above 0 and at most ${maximum}, not "${text}"`);
}

function readRedisUrl(env: Environment): string | undefined {
  const text = env.REDIS_URL?.trim() ?? '';
  if (text === '') return undefined;
  if (/^rediss?:\/\//.test(text) && URL.canParse(text)) return text;
  throw new Error('REDIS_URL must look like redis://host:6379 or rediss://user:password@host:6379');
}
