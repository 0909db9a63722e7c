import { EventEmitter } from 'node:events';
import { beforeEach, describe, expect, it } from 'vitest';
import { Announcements } from '../../../templates/cache/src/cache/mongodb-announcements.js';
import { Catalogue } from '../../../templates/cache/src/cache/mongodb-catalogue.js';
import type {
  Client,
  Database,
  ListedCollection,
} from '../../../templates/cache/src/cache/mongodb-driver.js';
import { Wire } from '../../../templates/cache/src/cache/mongodb-wire.js';
import { createTrace, openTrace, type Trace } from '../../../templates/cache/src/cache/trace.js';
import { RecordingInvalidator } from '../../support/mongo-observing.js';

class FakeClient extends EventEmitter implements Client {
  monitorCommands = false;
  readonly s = { options: {} };
  listed: ListedCollection[] = [];
  #requests = 0;

  db(databaseName = 'shop'): Database {
    return {
      databaseName,
      client: this,
      s: {},
      listCollections: () => ({ toArray: async () => this.listed }),
    };
  }

  send(command: Record<string, unknown>, databaseName = 'shop'): (outcome?: 'Succeeded' | 'Failed') => void {
    const requestId = ++this.#requests;
    const commandName = Object.keys(command)[0];
    this.emit('commandStarted', { requestId, commandName, databaseName, command });
    return (outcome = 'Succeeded') => this.emit(`command${outcome}`, { requestId, commandName });
  }
}

let client: FakeClient;
let announcements: Announcements;
let catalogue: Catalogue;
let invalidator: RecordingInvalidator;
let wire: Wire;
let trace: Trace;

beforeEach(() => {
  client = new FakeClient();
  announcements = new Announcements();
  catalogue = new Catalogue(announcements);
  invalidator = new RecordingInvalidator();
  wire = new Wire(announcements, catalogue, invalidator);
  wire.monitor(client);
  trace = createTrace();
  const opened = openTrace(trace);
  return () => opened.close();
});

describe('a write', () => {
  it.each([
    [{ insert: 'a', documents: [] }, ['mongodb:shop.a']],
    [{ update: 'a', updates: [] }, ['mongodb:shop.a']],
    [{ delete: 'a', deletes: [] }, ['mongodb:shop.a']],
    [{ findAndModify: 'a' }, ['mongodb:shop.a']],
    [{ findandmodify: 'a' }, ['mongodb:shop.a']],
    [{ aggregate: 'a', pipeline: [{ $out: 'b' }] }, ['mongodb:shop.b']],
    [{ aggregate: 'a', pipeline: [{ $merge: { into: { db: 'x', coll: 'b' } } }] }, ['mongodb:x.b']],
    [{ mapReduce: 'a', out: 'b' }, ['mongodb:shop.b']],
    [{ mapReduce: 'a', out: { merge: 'b', db: 'x' } }, ['mongodb:x.b']],
    [{ drop: 'a' }, ['mongodb:shop.a']],
    [{ create: 'v', viewOn: 'a', pipeline: [] }, ['mongodb:shop.v']],
    [{ collMod: 'v', viewOn: 'a' }, ['mongodb:shop.v']],
    [{ renameCollection: 'shop.a', to: 'shop.b' }, ['mongodb:shop.a', 'mongodb:shop.b']],
    [{ bulkWrite: 1, nsInfo: [{ ns: 'shop.a' }, { ns: 'x.b' }] }, ['mongodb:shop.a', 'mongodb:x.b']],
    [{ dropDatabase: 1 }, ['*']],
    [{ commandOfTheFuture: 'a' }, ['*']],
    [{ bulkWrite: 1 }, ['*']],
  ])('%j invalidates when its outcome arrives', (command, tags) => {
    const arrive = client.send(command);
    expect(invalidator.started).toEqual([]);
    arrive();
    expect(invalidator.started).toEqual(tags);
  });

  it('invalidates when it fails, because it may have done a part of its work', () => {
    client.send({ insert: 'a', documents: [{}, {}] })('Failed');
    expect(invalidator.started).toEqual(['mongodb:shop.a']);
  });

  it('is waited for until its invalidation has been taken', async () => {
    invalidator.delay = 10;
    client.send({ insert: 'a' })();
    expect(wire.invalidated(['mongodb:shop.b'])).toBeUndefined();
    await wire.invalidated(['mongodb:shop.a']);
    expect(invalidator.finished).toEqual(['mongodb:shop.a']);
    expect(wire.invalidated(['mongodb:shop.a'])).toBeUndefined();
  });
});

describe('a transaction', () => {
  const transaction = { lsid: { id: 'session' }, txnNumber: 1, autocommit: false };

  it('invalidates what it wrote when it commits, and nothing before', () => {
    client.send({ insert: 'a', ...transaction, startTransaction: true })();
    client.send({ update: 'b', ...transaction })();
    const arrive = client.send({ commitTransaction: 1, ...transaction }, 'admin');
    expect(invalidator.started).toEqual([]);
    arrive();
    expect(invalidator.started).toEqual(['mongodb:shop.a', 'mongodb:shop.b']);
  });

  it('invalidates when the outcome of the commit is not known, and again when it is repeated', () => {
    client.send({ insert: 'a', ...transaction, startTransaction: true })();
    client.send({ commitTransaction: 1, ...transaction }, 'admin')('Failed');
    client.send({ commitTransaction: 1, ...transaction }, 'admin')();
    expect(invalidator.started).toEqual(['mongodb:shop.a', 'mongodb:shop.a']);
  });

  it('invalidates nothing when it aborts', () => {
    client.send({ insert: 'a', ...transaction, startTransaction: true })();
    client.send({ abortTransaction: 1, ...transaction }, 'admin')();
    client.send({ insert: 'b', ...transaction, txnNumber: 2, startTransaction: true })();
    client.send({ commitTransaction: 1, ...transaction, txnNumber: 2 }, 'admin')();
    expect(invalidator.started).toEqual(['mongodb:shop.b']);
  });

  it('does not confuse sessions', () => {
    client.send({ insert: 'a', ...transaction })();
    client.send({ commitTransaction: 1, ...transaction, lsid: { id: 'another' } }, 'admin')();
    expect(invalidator.started).toEqual([]);
  });
});

describe('a read', () => {
  it('that was announced leaves the traces in flight alone', () => {
    announcements.announce('shop.a');
    client.send({ find: 'a' })();
    expect(trace.uncacheable).toBeUndefined();
  });

  it.each([
    { find: 'a' },
    { count: 'a' },
    { distinct: 'a' },
    { aggregate: 1, pipeline: [] },
    { explain: { find: 'a' } },
  ])('%j that nobody announced may belong to anybody', (command) => {
    client.send(command)();
    expect(trace.uncacheable).toContain('nobody announced');
    expect(invalidator.started).toEqual([]);
  });

  it('is excused by one announcement once', () => {
    announcements.announce('shop.a');
    client.send({ find: 'a' })();
    client.send({ find: 'a' })();
    expect(trace.uncacheable).toContain('nobody announced');
  });

  it('is not excused by a call that settled without sending it', () => {
    const settle = announcements.announce('shop.a');
    settle();
    settle();
    expect(announcements.claim('shop.a')).toBe(false);
  });

  it('is excused whichever of two calls settles first', () => {
    const settleFirst = announcements.announce('shop.a');
    announcements.announce('shop.a');
    expect(announcements.claim('shop.a')).toBe(true);
    settleFirst();
    expect(announcements.claim('shop.a')).toBe(true);
    expect(announcements.claim('shop.a')).toBe(false);
  });

  it.each([
    { hello: 1 },
    { ping: 1 },
    { getMore: 1n },
    { killCursors: 'a' },
    { endSessions: [] },
    { createIndexes: 'a' },
  ])('%o is none', (command) => {
    client.send(command)();
    expect(trace.uncacheable).toBeUndefined();
    expect(invalidator.started).toEqual([]);
  });
});

describe('a view', () => {
  beforeEach(async () => {
    client.listed = [
      { name: 'products', type: 'collection' },
      {
        name: 'cheap',
        type: 'view',
        options: { viewOn: 'products', pipeline: [{ $lookup: { from: 'prices', as: 'p' } }] },
      },
      { name: 'cheapest', type: 'view', options: { viewOn: 'cheap', pipeline: [] } },
      { name: 'any', type: 'view', options: { viewOn: 'products', pipeline: [{ $sample: { size: 1 } }] } },
    ];
    await catalogue.list(client, client.db('shop'));
  });

  it('stands for the collections that it shows', () => {
    expect(catalogue.sources(client, 'shop.products')).toEqual(['shop.products']);
    expect(catalogue.sources(client, 'shop.cheapest')).toEqual([
      'shop.cheapest',
      'shop.cheap',
      'shop.products',
      'shop.prices',
    ]);
    expect(catalogue.sources(client, 'shop.any')).toBeUndefined();
  });

  it('is not known in a database that was not listed yet', async () => {
    expect(catalogue.sources(client, 'other.products')).toBeUndefined();
    await new Promise(setImmediate);
    expect(catalogue.sources(client, 'other.products')).toEqual(['other.products']);
  });

  it('that is created is known before its creator goes on', async () => {
    client.listed = [{ name: 'recent', type: 'view', options: { viewOn: 'products', pipeline: [] } }];
    client.send({ create: 'recent', viewOn: 'products', pipeline: [] })();
    expect(catalogue.sources(client, 'shop.recent')).toBeUndefined();
    await wire.invalidated(['mongodb:shop.recent']);
    expect(catalogue.sources(client, 'shop.recent')).toEqual(['shop.recent', 'shop.products']);
  });
});

describe('monitoring', () => {
  it('ends when the application removes the listeners', () => {
    expect(wire.isMonitored(client)).toBe(true);
    client.removeAllListeners();
    expect(wire.isMonitored(client)).toBe(false);
  });

  it('does not begin on a client that has connected', () => {
    const connected = Object.assign(new FakeClient(), { topology: {} });
    wire.monitor(connected);
    expect(wire.isMonitored(connected)).toBe(false);
  });
});
