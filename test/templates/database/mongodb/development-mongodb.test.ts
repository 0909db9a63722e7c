import { readdir } from 'node:fs/promises';
import { MongoClient } from 'mongodb';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { startDevelopmentMongoDB } from '../../../../templates/database/src/dev/mongodb/development-mongodb.js';
import { freePort } from '../../../support/free-port.js';
import { temporaryDirectory } from '../../../support/temporary-directory.js';

beforeEach(async () => {
  for (const name of ['https_proxy', 'http_proxy', 'HTTPS_PROXY', 'HTTP_PROXY']) vi.stubEnv(name, '');
  vi.stubEnv('MONGOMS_DOWNLOAD_URL', '');
  vi.stubEnv('MONGOMS_DOWNLOAD_MIRROR', `http://127.0.0.1:${await freePort()}`);
});
afterEach(() => vi.unstubAllEnvs());

it('falls back to the stand-in where mongod cannot be downloaded, and says so once', async () => {
  const directory = temporaryDirectory();
  vi.stubEnv('HOME', directory);
  const log = vi.fn<(message: string) => void>();
  const started = performance.now();
  const mongodb = await startDevelopmentMongoDB({
    dataDirectory: `${directory}/data`,
    binaryDirectory: `${directory}/bin`,
    log,
  });
  expect(performance.now() - started).toBeLessThan(5000);
  expect(mongodb.kind).toBe('stand-in');
  expect(log).toHaveBeenCalledOnce();
  expect(log.mock.calls[0]?.[0]).toMatch(/stand-in.*not MongoDB.*lost.*Transactions.*change streams/s);
  const client = await MongoClient.connect(mongodb.uri);
  expect(await client.db('app').command({ ping: 1 })).toMatchObject({ ok: 1 });
  await client.close();
  await mongodb.close();
  expect(await readdir(directory)).toEqual([]);
});
