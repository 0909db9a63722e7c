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
import { observeRead, readOnce, refuseCurrent, refuseUnlessPrimary, refusing } from './mongodb-reads.js';
import { currentScope } from './trace.js';

const WITH_CALLBACKS = ['next', 'hasNext', 'tryNext', 'toArray', 'forEach', 'each', 'explain', 'close'];

/** A cursor that a wrapped method made. Stages can be added to it until it runs. */
interface Origin {
  readonly collection: Collection;
  readonly stages: PipelineEffects;
  attributed: boolean;
}

/** What the cursors of one driver module belong to. */
export class ObservedCursors {
  readonly #origins = new WeakMap<object, Origin>();
  readonly #observer: MongoObserver;

  constructor(driver: MongoDriver, observer: MongoObserver) {
    this.#observer = observer;
    for (const prototype of cursorPrototypes(driver)) {
      this.#observeSending(prototype);
      this.#observeAddedStages(prototype);
      observeUse(prototype);
    }
  }

  /** A replacement for a method that returns a cursor, or calls back with one. */
  making(original: Method, stagesOf: (args: readonly unknown[]) => PipelineEffects): Method {
    const cursors = this;
    return function (...args) {
      const origin = cursors.#origin(this as Collection, args, stagesOf(args));
      const callback = args.at(-1);
      if (typeof callback !== 'function') return cursors.#register(original.apply(this, args), origin);
      const [bound] = bindFunctions([callback]) as [Method];
      return original.call(this, ...args.slice(0, -1), (error: unknown, cursor: unknown) => {
        return bound.call(this, error, cursors.#register(cursor, origin));
      });
    };
  }

  #origin(collection: Collection, args: readonly unknown[], stages: PipelineEffects): Origin {
    refuseWriter(collection, stages);
    return { collection, stages, attributed: observeRead(this.#observer, collection, args, stages) };
  }

  #register(cursor: unknown, origin: Origin): unknown {
    if (typeof cursor === 'object' && cursor !== null) this.#origins.set(cursor, origin);
    return cursor;
  }

  /** By the internal methods that send the first batch. Without them reads would be unannounced, never unseen. */
  #observeSending(prototype: object): void {
    const cursors = this;
    replaceMethods(prototype, ['_initialize', '_initializeCursor'], (original) => {
      return function (...args) {
        const origin = cursors.#origins.get(this);
        return origin ? cursors.#send(original, this, args, origin) : original.apply(this, args);
      };
    });
    replaceMethods(prototype, ['count'], (original) => {
      return function (...args) {
        const origin = cursors.#origins.get(this);
        if (!origin) return original.apply(this, bindFunctions(args));
        return readOnce(original, this, args, origin.collection, cursors.#observer);
      };
    });
  }

  #send(
    original: Method,
    cursor: object,
    args: unknown[],
    { collection, stages, attributed }: Origin,
  ): unknown {
    const observer = this.#observer;
    // The cursor may have been made before the cache, and be read behind it.
    if (currentScope()?.trace) observeRead(observer, collection, [], stages);
    const writes = writesOf(collection, stages);
    const announced = attributed && writes.length === 0;
    const settle = announced ? observer.announcements.announce(collection.namespace) : undefined;
    return callAndSettle(original, cursor, args, () => {
      settle?.();
      return writes.length > 0 ? observer.written(observer.clientOf(collection), writes) : undefined;
    });
  }

  #observeAddedStages(prototype: object): void {
    const cursors = this;
    replaceMethods(prototype, ['lookup', 'out', 'addStage'], (original, name) => {
      return function (...args) {
        const origin = cursors.#origins.get(this);
        if (origin) cursors.#addStage(origin, name === 'addStage' ? args[0] : { [`$${name}`]: args[0] });
        return original.apply(this, args);
      };
    });
  }

  #addStage({ collection, stages }: Origin, stage: unknown): void {
    const { reads, writes, opaque } = pipelineEffects([stage]);
    stages.reads.push(...reads);
    stages.writes.push(...writes);
    stages.opaque ??= opaque;
    refuseWriter(collection, stages);
  }
}

function observeUse(prototype: object): void {
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
  // The listeners of a stream run in the context of whoever used the connection last.
  const refuseStream = (original: Method) => refusing(original, 'a cursor was read as a stream');
  replaceMethods(prototype, ['stream'], refuseStream);
  // Before 4 a cursor is itself a stream, by its internal base class.
  replaceMethods(Object.getPrototypeOf(prototype), ['_read'], refuseStream);
}

function refuseWriter(collection: Collection, stages: PipelineEffects): void {
  for (const { name } of stages.writes) refuseCurrent(`the chain wrote to ${collection.dbName}.${name}`);
}

function writesOf(collection: Collection, stages: PipelineEffects): string[] {
  return stages.writes.map((target) => tagOf(qualified(target, collection.dbName)));
}
