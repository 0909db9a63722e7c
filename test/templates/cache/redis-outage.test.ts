import type { Express } from 'express';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { CacheOptions, ResponseCache } from '../../../templates/cache/src/cache/create-cache.js';
import { connectRedis } from '../../../templates/redis/src/lib/redis.js';
import { startRedis, type TestRedis } from '../../support/redis.js';
import { type Answer, type Backend, readTag, sleep, startBackend, until } from './support/backend.js';
import { startLine } from './support/line.js';

const DEADLINE_MS = 100;
/** Other tests run beside this one; without a deadline a request would wait for as long as the server is paused. */
const BUSY_MACHINE_MS = 800;

interface Database {
  value: number;
}

async function startInstance(
  database: Database,
  server: Pick<TestRedis, 'url'>,
  options: Partial<CacheOptions> = {},
): Promise<Backend> {
  const routes = (app: Express, responses: ResponseCache) => {
    app.get('/:id', responses.cache(), (_req, res) => {
      readTag('db:rows');
      res.json({ value: database.value });
    });
  };
  const instance = await startBackend(
    routes,
    { redisUrl: server.url, redisCommandTimeoutMs: DEADLINE_MS },
    options,
  );
  await instance.responses.invalidate(['start']);
  await until(() => instance.responses.stats().store?.firstTierTrusted === true);
  return instance;
}

async function valueAt(instance: Backend, path = '/rows'): Promise<number> {
  return JSON.parse((await instance.get(path)).text).value;
}

/** Requests in lanes, one after the other in each, half of them for keys that were never seen; tells the longest in ms. */
async function load(
  instance: Backend,
  milliseconds: number,
): Promise<{ answers: Answer[]; longest: number }> {
  const answers: Answer[] = [];
  let [longest, unique] = [0, 0];
  const end = performance.now() + milliseconds;
  const lane = async (): Promise<void> => {
    while (performance.now() < end) {
      unique += 1;
      const began = performance.now();
      answers.push(await instance.get(unique % 2 === 0 ? '/rows' : `/${unique}`));
      longest = Math.max(longest, performance.now() - began);
      await sleep(5);
    }
  };
  await Promise.all(Array.from({ length: 10 }, lane));
  return { answers, longest };
}

const paused: number[] = [];

function pause(server: TestRedis): void {
  process.kill(server.pid, 'SIGSTOP');
  paused.push(server.pid);
}

function resume(): void {
  for (const pid of paused.splice(0)) process.kill(pid, 'SIGCONT');
}

afterEach(() => {
  resume();
  vi.restoreAllMocks();
});

describe('a Redis that goes away under load', () => {
  for (const way of ['paused', 'killed'] as const) {
    it(`${way}: no request fails or waits long, and the cache comes back by itself`, async () => {
      const warn = vi.spyOn(console, 'warn').mockReturnValue();
      const server = await startRedis();
      const instance = await startInstance({ value: 1 }, server);
      const running = load(instance, 500);
      await sleep(150);
      if (way === 'paused') pause(server);
      else await server.stop();
      const { answers, longest } = await running;
      expect(answers.length).toBeGreaterThan(20);
      expect(answers.every(({ status, text }) => status === 200 && text === '{"value":1}')).toBe(true);
      expect(longest).toBeLessThan(2 * DEADLINE_MS + BUSY_MACHINE_MS);
      expect(instance.responses.stats()).toMatchObject({
        store: { redis: 'unavailable', firstTierTrusted: false },
      });
      expect((await instance.get('/rows')).headers['x-cache']).toBe(
        'BYPASS; reason=the store does not answer',
      );
      if (way === 'paused') resume();
      else await startRedis({ port: server.port });
      await until(() => instance.responses.stats().store?.redis === 'connected', 5000);
      await until(() => instance.responses.stats().store?.firstTierTrusted === true, 5000);
      await instance.get('/rows');
      expect((await instance.get('/rows')).cache).toBe('HIT');
      const outages = warn.mock.calls.filter(([line]) => String(line).includes('trying again'));
      expect(outages.length).toBeLessThanOrEqual(2);
    });
  }
});

describe('a write while Redis does not answer', () => {
  it('is published before anything is served from Redis, though the channel never was down', async () => {
    vi.spyOn(console, 'warn').mockReturnValue();
    const server = await startRedis();
    const line = await startLine(server.port);
    const database = { value: 1 };
    const urls = [line.url, server.url];
    const connect = () => connectRedis(urls.shift() ?? server.url);
    const [writer, reader] = [
      await startInstance(database, line, { connect }),
      await startInstance(database, server),
    ];
    expect(await valueAt(reader)).toBe(1);
    line.cut();
    database.value = 2;
    await writer.responses.invalidate(['db:rows']);
    await line.mend();
    await until(() => writer.responses.stats().store?.redis === 'connected');
    await until(async () => {
      expect(await valueAt(writer)).toBe(2);
      return (await valueAt(reader)) === 2;
    }, 5000);
  });

  it('reaches the others even if the connection was lost with it', async () => {
    vi.spyOn(console, 'warn').mockReturnValue();
    const server = await startRedis();
    const line = await startLine(server.port);
    const database = { value: 1 };
    const [writer, reader] = [await startInstance(database, line), await startInstance(database, server)];
    expect(await valueAt(reader)).toBe(1);
    line.cut();
    database.value = 2;
    await writer.responses.invalidate(['db:rows']);
    expect([await valueAt(writer), await valueAt(reader)]).toEqual([2, 1]);
    await line.mend();
    await until(async () => {
      expect(await valueAt(writer)).toBe(2);
      return (await valueAt(reader)) === 2;
    }, 5000);
  });

  it('is not held up, is seen here at once, and everywhere when Redis answers again', async () => {
    const server = await startRedis();
    const database = { value: 1 };
    const [writer, reader] = [await startInstance(database, server), await startInstance(database, server)];
    expect([await valueAt(writer), await valueAt(reader)]).toEqual([1, 1]);
    expect((await reader.get('/rows')).cache).toBe('HIT');
    pause(server);
    database.value = 2;
    const began = performance.now();
    await writer.responses.invalidate(['db:rows']);
    await writer.responses.invalidate(['db:rows', 'db:other']);
    expect(performance.now() - began).toBeLessThan(DEADLINE_MS + BUSY_MACHINE_MS);
    expect(await valueAt(writer)).toBe(2);
    resume();
    await until(() => writer.responses.stats().store?.redis === 'connected');
    expect(await valueAt(writer)).toBe(2);
    await until(async () => (await valueAt(reader)) === 2, 500);
  });

  it('is published before what another instance stored is served from Redis here', async () => {
    const server = await startRedis();
    const database = { value: 1 };
    const [writer, reader] = [await startInstance(database, server), await startInstance(database, server)];
    await until(async () => {
      await reader.responses.invalidate(['db:rows']);
      await valueAt(reader, '/shared');
      await sleep(20);
      return reader.responses.stats().stored > 0;
    });
    pause(server);
    database.value = 2;
    await writer.responses.invalidate(['db:rows']);
    resume();
    const end = Date.now() + 800;
    while (Date.now() < end) {
      expect(await valueAt(writer, '/shared')).toBe(2);
      await sleep(5);
    }
    expect((await writer.get('/shared')).cache).toBe('HIT');
  });
});

describe('a channel that looks alive and delivers nothing', () => {
  it('is found by its heartbeat, so that memory is not trusted for long', async () => {
    const server = await startRedis();
    const instance = await startInstance({ value: 1 }, server);
    await instance.get('/rows');
    pause(server);
    expect((await instance.get('/rows')).cache).toBe('HIT');
    await until(() => instance.responses.stats().store?.firstTierTrusted === false, 2500);
  });
});

describe('an application that starts without its Redis', () => {
  it('works uncached, and cached when Redis comes', async () => {
    vi.spyOn(console, 'warn').mockReturnValue();
    const server = await startRedis();
    await server.stop();
    const instance = await startBackend(
      (app, responses) => app.get('/', responses.cache({ ttl: 5 }), (_req, res) => void res.send('x')),
      { redisUrl: server.url, redisCommandTimeoutMs: DEADLINE_MS },
    );
    expect(await instance.get('/')).toMatchObject({ status: 200, text: 'x', cache: 'BYPASS' });
    await startRedis({ port: server.port });
    await until(async () => (await instance.get('/')).cache === 'HIT', 5000);
  });
});
