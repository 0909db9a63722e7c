import { bindFunctions, callAndSettle, type Method, replaceMethods } from './mongodb-calls.js';
import { qualified } from './mongodb-commands.js';
import {
  type Collection,
  cursorPrototypes,
  type MongoDriver,
  type ReadPreference,
  tagOf,
} from './mongodb-driver.js';
import type { MongoObserver } from './mongodb-observer.js';
import { type PipelineEffects, pipelineEffects } from './mongodb-pipeline.js';
import { observeRead, refuseCurrent, refuseUnlessPrimary } from './mongodb-reads.js';

export const READS = ['find', 'findOne', 'aggregate', 'watch'];
export const COUNTS = ['count', 'countDocuments', 'estimatedDocumentCount', 'distinct'];
const WITH_CALLBACKS = ['next', 'hasNext', 'tryNext', 'toArray', 'forEach', 'each', 'explain', 'close'];

/** A cursor that a wrapped method made. */
interface Made {
  readonly collection: Collection;
  attributed: boolean;
  readonly writes: string[];
}

/** Makes the reading methods of the driver's collections and cursors tell the trace of their caller. */
export function observeReads(driver: MongoDriver, observer: MongoObserver): void {
  const made = new WeakMap<object, Made>();
  const { prototype } = driver.Collection;
  replaceMethods(prototype, ['find'], (original) => makesCursor(original, observer, made, () => undefined));
  replaceMethods(prototype, ['aggregate'], (original) =>
    makesCursor(original, observer, made, ([pipeline]) => pipelineEffects(pipeline)),
  );
  // Sends through `find`, whose cursor makes the announcement.
  replaceMethods(prototype, ['findOne'], (original) => {
    return function (...args) {
      observeRead(observer, this as Collection, args);
      return original.apply(this, bindFunctions(args));
    };
  });
  replaceMethods(prototype, COUNTS, (original) => {
    return function (...args) {
      return counted(original, this, this as Collection, args, observer);
    };
  });
  for (const { prototype: watched } of [driver.Collection, driver.Db, driver.MongoClient]) {
    replaceMethods(watched, ['watch'], (original) => refusing(original, 'a change stream was opened'));
  }
  for (const cursor of cursorPrototypes(driver)) observeCursor(cursor, observer, made);
  observeStreams(driver);
}

function makesCursor(
  original: Method,
  observer: MongoObserver,
  made: WeakMap<object, Made>,
  stagesOf: (args: readonly unknown[]) => PipelineEffects | undefined,
): Method {
  return function (...args) {
    const collection = this as Collection;
    const stages = stagesOf(args);
    const attributed = observeRead(observer, collection, args, stages);
    const origin: Made = { collection, attributed, writes: writesOf(collection, stages) };
    const callback = args.at(-1);
    if (typeof callback !== 'function') return registered(original.apply(this, args), origin, made);
    const [bound] = bindFunctions([callback]) as [Method];
    return original.call(this, ...args.slice(0, -1), (error: unknown, cursor: unknown) => {
      return bound.call(this, error, registered(cursor, origin, made));
    });
  };
}

function registered(cursor: unknown, origin: Made, made: WeakMap<object, Made>): unknown {
  if (typeof cursor === 'object' && cursor !== null) made.set(cursor, origin);
  return cursor;
}

function writesOf(collection: Collection, stages: PipelineEffects | undefined): string[] {
  const targets = stages?.writes.map((target) => qualified(target, collection.dbName)) ?? [];
  for (const target of targets) refuseCurrent(`the chain wrote to ${target}`);
  return targets.map(tagOf);
}

function counted(
  original: Method,
  self: object,
  collection: Collection,
  args: unknown[],
  observer: MongoObserver,
): unknown {
  const attributed = observeRead(observer, collection, args);
  const withdraw = attributed ? observer.announcements.announce(collection.namespace) : undefined;
  return callAndSettle(original, self, args, () => withdraw?.() as undefined);
}

function observeCursor(prototype: object, observer: MongoObserver, made: WeakMap<object, Made>): void {
  replaceMethods(prototype, ['_initialize', '_initializeCursor'], (original) => {
    return function (...args) {
      const origin = made.get(this);
      return origin ? firstBatch(original, this, args, origin, observer) : original.apply(this, args);
    };
  });
  replaceMethods(prototype, ['count'], (original) => {
    return function (...args) {
      const origin = made.get(this);
      return origin
        ? counted(original, this, origin.collection, args, observer)
        : original.apply(this, bindFunctions(args));
    };
  });
  replaceMethods(prototype, WITH_CALLBACKS, (original) => {
    return function (...args) {
      return original.apply(this, bindFunctions(args));
    };
  });
  replaceMethods(prototype, ['withReadPreference', 'setReadPreference'], (original) => {
    return function (...args) {
      refuseUnlessPrimary(args[0] as ReadPreference | string);
      return original.apply(this, args);
    };
  });
  observeAddedStages(prototype, observer, made);
}

/** The internal method that sends the first batch. A driver without it would leave reads unannounced, never unseen. */
function firstBatch(
  original: Method,
  cursor: object,
  args: unknown[],
  origin: Made,
  observer: MongoObserver,
) {
  const { collection, writes } = origin;
  const reads = origin.attributed && writes.length === 0;
  const withdraw = reads ? observer.announcements.announce(collection.namespace) : undefined;
  return callAndSettle(original, cursor, args, () => {
    withdraw?.();
    return writes.length === 0 ? undefined : observer.written(observer.clientOf(collection), writes);
  });
}

/** Stages can be added to an aggregation until it runs. */
function observeAddedStages(prototype: object, observer: MongoObserver, made: WeakMap<object, Made>): void {
  const stageOf = (name: string, arg: unknown) => (name === 'addStage' ? arg : { [`$${name}`]: arg });
  replaceMethods(prototype, ['lookup', 'out', 'addStage'], (original, name) => {
    return function (...args) {
      const origin = made.get(this);
      if (origin) {
        const stages = pipelineEffects([stageOf(name, args[0])]);
        origin.attributed &&= observeRead(observer, origin.collection, [], stages);
        origin.writes.push(...writesOf(origin.collection, stages));
      }
      return original.apply(this, args);
    };
  });
}

/** The listeners of a stream run in the context of whoever used the connection last. */
function observeStreams(driver: MongoDriver): void {
  const refuseStream = (original: Method) => refusing(original, 'a cursor was read as a stream');
  for (const prototype of cursorPrototypes(driver)) {
    replaceMethods(prototype, ['stream'], refuseStream);
    // Before 4 a cursor is itself a stream, by its internal base class.
    replaceMethods(Object.getPrototypeOf(prototype), ['_read'], refuseStream);
  }
}

function refusing(original: Method, reason: string): Method {
  return function (...args) {
    refuseCurrent(reason);
    return original.apply(this, bindFunctions(args));
  };
}
