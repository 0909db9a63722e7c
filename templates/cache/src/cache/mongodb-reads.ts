import { bindFunctions, callAndSettle, type Method } from './mongodb-calls.js';
import { qualified } from './mongodb-commands.js';
import type { Collection, ReadPreference, Session } from './mongodb-driver.js';
import { tagOf } from './mongodb-driver.js';
import type { MongoObserver } from './mongodb-observer.js';
import type { PipelineEffects } from './mongodb-pipeline.js';
import { currentScope, refuse, refuseAllInFlight, type Trace } from './trace.js';

const NO_STAGES: PipelineEffects = { reads: [], writes: [], opaque: undefined };

/**
 * Attributes a read to the request in whose context it is called. Returns false where that is not known: the read may
 * belong to anybody.
 */
export function observeRead(
  observer: MongoObserver,
  collection: Collection,
  args: readonly unknown[],
  stages: PipelineEffects = NO_STAGES,
): boolean {
  const scope = observer.scope();
  if (!scope) {
    refuseAllInFlight(`${collection.namespace} was read, for nobody knows which request`);
    return false;
  }
  if (scope.trace) recordRead(scope.trace, observer, collection, args, stages);
  return true;
}

/** Calls a method that reads `collection` with one command and returns no cursor. */
export function readOnce(
  original: Method,
  self: object,
  args: unknown[],
  collection: Collection,
  observer: MongoObserver,
): unknown {
  const attributed = observeRead(observer, collection, args);
  const settle = attributed ? observer.announcements.announce(collection.namespace) : undefined;
  return callAndSettle(original, self, args, () => {
    settle?.();
    return undefined;
  });
}

/** A replacement for a method whose results cannot be attributed. */
export function refusing(original: Method, reason: string): Method {
  return function (...args) {
    refuseCurrent(reason);
    return original.apply(this, bindFunctions(args));
  };
}

export function refuseCurrent(reason: string): void {
  const trace = currentScope()?.trace;
  if (trace) refuse(trace, reason);
}

/** What a secondary answers may be older than an invalidation that the response would be newer than. */
export function refuseUnlessPrimary(preference: ReadPreference | string | null | undefined): void {
  const mode = typeof preference === 'string' ? preference : preference?.mode;
  if (mode !== undefined && mode !== 'primary')
    refuseCurrent(`a read with the preference ${mode} may be behind`);
}

function recordRead(
  trace: Trace,
  observer: MongoObserver,
  collection: Collection,
  args: readonly unknown[],
  stages: PipelineEffects,
): void {
  const options = args.findLast(isReadOptions);
  if (stages.opaque) refuse(trace, `what ${stages.opaque} reads cannot be observed`);
  if (options?.session?.inTransaction() || options?.session?.snapshotEnabled) {
    refuse(trace, `${collection.namespace} was read in a transaction`);
  }
  refuseUnlessPrimary(options?.readPreference ?? collection.readPreference);
  recordSources(trace, observer, collection, stages);
}

function recordSources(
  trace: Trace,
  observer: MongoObserver,
  collection: Collection,
  stages: PipelineEffects,
): void {
  const client = observer.clientOf(collection);
  if (!client || !observer.wire.isMonitored(client)) {
    refuse(trace, `the connection of ${collection.namespace} is not observed`);
    return;
  }
  const joined = stages.reads.map((read) => qualified(read, collection.dbName));
  for (const namespace of [collection.namespace, ...joined]) {
    const sources = observer.catalogue.sources(client, namespace);
    if (!sources) refuse(trace, `whether ${namespace} is a view is not known yet`);
    for (const source of sources ?? [namespace]) trace.tags.add(tagOf(source));
  }
}

interface ReadOptions {
  readonly session?: Session | null;
  readonly readPreference?: ReadPreference | string;
}

function isReadOptions(arg: unknown): arg is ReadOptions {
  if (typeof arg !== 'object' || arg === null) return false;
  return hasMethod((arg as ReadOptions).session, 'inTransaction') || 'readPreference' in arg;
}

function hasMethod(value: unknown, name: string): boolean {
  return typeof (value as Record<string, unknown> | null | undefined)?.[name] === 'function';
}
