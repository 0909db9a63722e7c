import { Redis, type RedisOptions } from 'ioredis';

const LONGEST_RETRY_MS = 3000;

/**
 * Connects in the background, and again for ever when the connection is lost. While there is none, commands fail at once:
 * who can do without Redis goes on, and nobody queues. An outage is reported once, and its end.
 */
export function connectRedis(url: string, options: Omit<RedisOptions, 'replyMapping'> = {}): Redis {
  const redis = new Redis(url, {
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    autoResubscribe: false,
    maxRetriesPerRequest: 0,
    retryStrategy: retryDelay,
    reconnectOnError: isFormerMaster,
    ...options,
  });
  reportOutages(redis);
  return redis;
}

/** Milliseconds; the jitter keeps instances from reconnecting all at once. */
function retryDelay(attempt: number): number {
  return Math.min(50 * 2 ** Math.min(attempt, 10), LONGEST_RETRY_MS) * (0.75 + Math.random() / 4);
}

/** After a failover the connection may lead to a server that is only a replica now. */
function isFormerMaster(error: Error): boolean {
  return error.message.startsWith('READONLY');
}

function reportOutages(redis: Redis): void {
  const where = `${redis.options.host}:${redis.options.port}`;
  let isReported = false;
  redis.on('error', (error: Error) => {
    if (isReported) return;
    isReported = true;
    console.warn(`Redis at ${where} cannot be used, trying again: ${error.message}`);
  });
  redis.on('ready', () => {
    if (isReported) console.warn(`Redis at ${where} can be used again.`);
    isReported = false;
  });
}
