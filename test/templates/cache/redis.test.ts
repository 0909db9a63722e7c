import { Redis } from 'ioredis';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { startRedis } from '../../support/redis.js';
import { type Backend, readTag, sleep, startBackend, until } from './support/backend.js';

const server = await startRedis();
const redis = new Redis(server.url);

beforeEach(() => redis.flushall());
afterAll(() => redis.disconnect());

/** What all instances read and write; `readMs` is how long a read takes after it saw the value. */
interface Database {
  value: number;
  reads: number;
  readMs: number;
}

const DATABASE = { value: 1, reads: 0, readMs: 0 };

async function startInstance(database: Database, url = server.url): Promise<Backend> {
  const instance = await startBackend(
    (app, responses) => {
      app.get('/rows', responses.cache(), async (_req, res) => {
        database.reads += 1;
        readTag('db:rows');
        const { value } = database;
        await sleep(database.readMs);
        res.json({ value });
      });
    },
    { redisUrl: url, redisCommandTimeoutMs: 1000 },
  );
  await instance.responses.invalidate(['start']);
  await until(() => instance.responses.stats().store?.firstTierTrusted === true);
  return instance;
}

async function valueAt(instance: Backend): Promise<number> {
  return JSON.parse((await instance.get('/rows')).text).value;
}

describe('two instances on one Redis', () => {
  it('share what one of them computed, bytes and validators', async () => {
    const database = { ...DATABASE };
    const [one, other] = [await startInstance(database), await startInstance(database)];
    const miss = await one.get('/rows');
    await until(() => one.responses.stats().stored === 1);
    const hit = await other.get('/rows');
    expect([miss.cache, hit.cache]).toEqual(['MISS', 'HIT']);
    expect([hit.text, hit.headers.etag]).toEqual([miss.text, miss.headers.etag]);
    expect(database.reads).toBe(1);
  });

  it('both forget with an invalidation, in memory, too', async () => {
    const database = { ...DATABASE };
    const [one, other] = [await startInstance(database), await startInstance(database)];
    expect([await valueAt(one), await valueAt(other)]).toEqual([1, 1]);
    database.value = 2;
    await one.responses.invalidate(['db:rows']);
    expect(await valueAt(one)).toBe(2);
    await until(async () => (await valueAt(other)) === 2, 500);
    expect(await valueAt(other)).toBe(2);
  });

  it('answer from memory without asking Redis while the channel is up', async () => {
    const instance = await startInstance({ ...DATABASE });
    await instance.get('/rows');
    await until(() => instance.responses.stats().stored === 1);
    const commands = async () =>
      Number((await redis.info('stats')).match(/total_commands_processed:(\d+)/)?.[1]);
    const before = await commands();
    for (let count = 0; count < 20; count += 1) expect((await instance.get('/rows')).cache).toBe('HIT');
    expect((await commands()) - before).toBeLessThan(10);
  });

  it('never keep a read that raced with a write of the other', async () => {
    const database = { ...DATABASE, readMs: 40 };
    const [one, other] = [await startInstance(database), await startInstance(database)];
    const racing = valueAt(one);
    await until(() => database.reads === 1);
    database.value = 2;
    await other.responses.invalidate(['db:rows']);
    expect(await racing).toBe(1);
    await until(() => Object.keys(one.responses.stats().notStored).length > 0);
    expect(one.responses.stats().notStored).toEqual({ 'invalidated meanwhile': 1 });
    expect([await valueAt(one), await valueAt(other)]).toEqual([2, 2]);
  });

  it('serve nothing older after Redis was emptied', async () => {
    const database = { ...DATABASE };
    const [one, other] = [await startInstance(database), await startInstance(database)];
    await valueAt(one);
    await valueAt(other);
    await redis.flushall();
    database.value = 2;
    await other.responses.invalidate(['db:rows']);
    expect(await valueAt(other)).toBe(2);
    await until(async () => (await valueAt(one)) === 2, 500);
    await until(() => one.responses.stats().store?.firstTierTrusted === true);
    expect((await one.get('/rows')).cache).toBe('HIT');
  });

  it('keep entries apart whose inputs mean something in one process only', async () => {
    const ids = [
      new (class Unknown {
        readonly #id = 1;
        id = () => this.#id;
      })(),
    ];
    const start = (answer: string) =>
      startBackend(
        (app, responses) => {
          app.use((req, _res, next) => {
            Object.assign(req, { account: ids[0] });
            next();
          });
          app.get('/rows', responses.cache(), (req, res) => {
            readTag('db:rows');
            res.send(`${answer} ${typeof (req as unknown as { account: unknown }).account}`);
          });
        },
        { redisUrl: server.url, redisCommandTimeoutMs: 1000 },
      );
    const [one, other] = [await start('one'), await start('other')];
    await one.get('/rows');
    await one.get('/rows');
    expect((await other.get('/rows')).text).toBe('other object');
  });
});

describe('the invalidation channel', () => {
  it('is needed for the first tier to be trusted; when it is back, the tier begins empty', async () => {
    const database = { ...DATABASE };
    const [one, other] = [await startInstance(database), await startInstance(database)];
    await valueAt(one);
    await redis.call('ACL', 'SETUSER', 'default', 'resetchannels');
    await redis.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
    await until(() => one.responses.stats().store?.firstTierTrusted === false);
    database.value = 2;
    await redis.call('ACL', 'SETUSER', 'default', 'allchannels');
    await other.responses.invalidate(['db:rows']);
    expect(await valueAt(one)).toBe(2);
    await until(() => one.responses.stats().store?.firstTierTrusted === true, 5000);
    expect(await valueAt(one)).toBe(2);
  });
});
