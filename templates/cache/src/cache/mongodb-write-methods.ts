import { AsyncResource } from 'node:async_hooks';
import { EVERYTHING } from './contracts.js';
import { callAndSettle, type Method, replaceMethods } from './mongodb-calls.js';
import { commandEffect } from './mongodb-commands.js';
import {
  type Client,
  type Collection,
  type Command,
  type Database,
  type MongoDriver,
  tagOf,
} from './mongodb-driver.js';
import type { MongoObserver } from './mongodb-observer.js';
import { COUNTS, READS } from './mongodb-read-methods.js';
import { refuseCurrent } from './mongodb-reads.js';

const WRITES = [
  ...[
    'insertOne',
    'insertMany',
    'insert',
    'save',
    'bulkWrite',
    'updateOne',
    'updateMany',
    'update',
    'replaceOne',
  ],
  ...[
    'deleteOne',
    'deleteMany',
    'removeOne',
    'removeMany',
    'remove',
    'findOneAndUpdate',
    'findOneAndReplace',
  ],
  ...['findOneAndDelete', 'findAndModify', '_findAndModify', 'findAndRemove', 'drop'],
];
const BULKS = ['initializeOrderedBulkOp', 'initializeUnorderedBulkOp'];
/** Old drivers send the source text of the functions that these are given. */
const WITH_SOURCE = ['mapReduce', 'group'];
const DATABASE_COMMANDS = [
  ...['command', 'executeDbAdminCommand', 'eval', 'createCollection', 'dropCollection', 'dropDatabase'],
  ...['renameCollection', 'aggregate', 'runCursorCommand'],
];

/** Makes the writing methods wait for the invalidations that their writes began. */
export function observeWrites(driver: MongoDriver, observer: MongoObserver): void {
  const { prototype } = driver.Collection;
  replaceMethods(prototype, WRITES, (original) => {
    return function (...args) {
      const { namespace } = this as Collection;
      return writing(original, this, args, observer, observer.clientOf(this as Collection), namespace);
    };
  });
  replaceMethods(prototype, ['rename', ...WITH_SOURCE], (original) => {
    return function (...args) {
      return writing(original, this, args, observer, observer.clientOf(this as Collection));
    };
  });
  observeBulks(prototype, observer);
  observeDatabase(driver.Db.prototype, observer);
  observeClient(driver.MongoClient.prototype, observer);
  const handled = new Set([
    ...READS,
    ...COUNTS,
    ...WRITES,
    ...BULKS,
    ...WITH_SOURCE,
    'rename',
    'constructor',
  ]);
  bindOtherCallbacks(prototype, handled);
  bindOtherCallbacks(
    driver.Db.prototype,
    new Set([...DATABASE_COMMANDS, 'watch', 'on', 'once', 'constructor']),
  );
}

/** `namespace` is undefined where a write may have gone anywhere. */
function writing(
  original: Method,
  self: object,
  args: unknown[],
  observer: MongoObserver,
  client: Client | undefined,
  namespace?: string,
): unknown {
  refuseCurrent(`the chain wrote to ${namespace ?? 'the database'}`);
  const tags = [namespace === undefined ? EVERYTHING : tagOf(namespace)];
  return callAndSettle(original, self, args, () => observer.written(client, tags));
}

function observeBulks(prototype: object, observer: MongoObserver): void {
  const collections = new WeakMap<object, Collection>();
  const execute = (original: Method): Method => {
    return function (...args) {
      const collection = collections.get(this);
      if (!collection) return original.apply(this, args);
      return writing(original, this, args, observer, observer.clientOf(collection), collection.namespace);
    };
  };
  const replaced = new WeakSet<object>();
  replaceMethods(prototype, BULKS, (original) => {
    return function (...args) {
      const bulk = original.apply(this, args) as object;
      collections.set(bulk, this as Collection);
      replaceInherited(bulk, ['execute'], execute, replaced);
      return bulk;
    };
  });
}

function observeDatabase(prototype: object, observer: MongoObserver): void {
  replaceMethods(prototype, DATABASE_COMMANDS, (original, name) => {
    return function (...args) {
      const database = this as Database;
      refuseCurrent(`the chain ran ${name} on ${database.databaseName}`);
      const writes = mayWrite(name, args[0], database.databaseName);
      const client = observer.clientOfDatabase(database);
      return callAndSettle(original, this, args, () => {
        return writes ? observer.written(client, [EVERYTHING]) : undefined;
      });
    };
  });
}

function mayWrite(method: string, argument: unknown, database: string): boolean {
  if (method !== 'command' && method !== 'executeDbAdminCommand') return true;
  const name = Object.keys(argument ?? {})[0] ?? '';
  const kind = commandEffect(name, argument as Command, database)?.kind;
  return kind !== 'none' && kind !== 'read';
}

function observeClient(prototype: object, observer: MongoObserver): void {
  const clients = new WeakMap<object, Client>();
  const commit = (original: Method): Method => {
    return function (...args) {
      const client = clients.get(this);
      return callAndSettle(original, this, args, () => observer.written(client, [EVERYTHING]));
    };
  };
  const replaced = new WeakSet<object>();
  replaceMethods(prototype, ['startSession'], (original) => {
    return function (...args) {
      const session = original.apply(this, args) as object;
      clients.set(session, this as Client);
      replaceInherited(session, ['commitTransaction'], commit, replaced);
      return session;
    };
  });
  replaceMethods(prototype, ['bulkWrite'], (original) => {
    return function (...args) {
      return writing(original, this, args, observer, this as Client);
    };
  });
}

/** For classes that not every driver exports: replaces the methods where the class of `instance` has them. */
function replaceInherited(
  instance: object,
  names: readonly string[],
  replacement: (original: Method) => Method,
  replaced: WeakSet<object>,
): void {
  for (let owner = Object.getPrototypeOf(instance); owner && !replaced.has(owner); ) {
    replaced.add(owner);
    replaceMethods(owner, names, replacement);
    owner = Object.getPrototypeOf(owner);
  }
}

/** A query in the callback of any other method belongs to its caller as well. */
function bindOtherCallbacks(prototype: object, handled: ReadonlySet<string>): void {
  const others = Object.getOwnPropertyNames(prototype).filter((name) => !handled.has(name));
  replaceMethods(prototype, others, (original) => {
    return function (...args) {
      const callback = args.at(-1);
      if (typeof callback !== 'function') return original.apply(this, args);
      return original.call(this, ...args.slice(0, -1), AsyncResource.bind(callback as () => void));
    };
  });
}
