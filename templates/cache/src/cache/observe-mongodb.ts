import type { Invalidator } from './contracts.js';
import { callAndSettle, replaceMethods } from './mongodb-calls.js';
import type { Client, Database, MongoDriver } from './mongodb-driver.js';
import { MongoObserver } from './mongodb-observer.js';
import { observeReads } from './mongodb-read-methods.js';
import { observeWrites } from './mongodb-write-methods.js';

/** How long a connect waits for the names of the views, without which no read can be attributed. */
const CATALOGUE_MS = 1_000;

const observed = new WeakSet<object>();

/**
 * Makes the reads of `driver` (`mongoose.mongo`, or the module `mongodb`, 3.3 to 7) known to the trace of the request
 * that they belong to, and its writes invalidate. Call it before clients connect: what an earlier connection reads is
 * never stored. Calling it again for the same driver changes nothing.
 */
export function observeMongoDB(driver: MongoDriver, invalidator: Invalidator): void {
  const { prototype } = driver.MongoClient;
  if (observed.has(prototype)) return;
  observed.add(prototype);
  const observer = new MongoObserver(invalidator);
  observeConnections(prototype, observer);
  observeReads(driver, observer);
  observeWrites(driver, observer);
}

function observeConnections(prototype: object, observer: MongoObserver): void {
  const connected = new WeakSet<Client>();
  const databases = new WeakMap<Client, Map<string, Database>>();
  replaceMethods(prototype, ['connect'], (original) => {
    return function (...args) {
      const client = this as Client;
      observer.wire.monitor(client);
      if (!client.topology) observer.connecting();
      return callAndSettle(original, this, args, (failed) => {
        if (failed) return undefined;
        connected.add(client);
        const used = new Set([client.db(), ...(databases.get(client)?.values() ?? [])]);
        return atMost(
          CATALOGUE_MS,
          [...used].map((database) => observer.catalogue.list(client, database)),
        );
      });
    };
  });
  replaceMethods(prototype, ['db'], (original) => {
    return function (...args) {
      const client = this as Client;
      const database = original.apply(this, args) as Database;
      observer.remember(client, database);
      if (connected.has(client)) void observer.catalogue.list(client, database);
      else databases.set(client, (databases.get(client) ?? new Map()).set(database.databaseName, database));
      return database;
    };
  });
}

async function atMost(milliseconds: number, work: Promise<void>[]): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  await Promise.race([Promise.all(work), late]);
  clearTimeout(timer);
}
