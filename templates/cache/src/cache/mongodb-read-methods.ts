import { bindFunctions, replaceMethods } from './mongodb-calls.js';
import { ObservedCursors } from './mongodb-cursors.js';
import type { Collection, MongoDriver } from './mongodb-driver.js';
import type { MongoObserver } from './mongodb-observer.js';
import { pipelineEffects } from './mongodb-pipeline.js';
import { observeRead, readOnce, refusing } from './mongodb-reads.js';

export const READS = ['find', 'findOne', 'aggregate', 'watch'];
export const COUNTS = ['count', 'countDocuments', 'estimatedDocumentCount', 'distinct'];

/** Makes the reading methods of the driver's collections and cursors tell the trace of their caller. */
export function observeReads(driver: MongoDriver, observer: MongoObserver): void {
  const { prototype } = driver.Collection;
  const cursors = new ObservedCursors(driver, observer);
  replaceMethods(prototype, ['find'], (original) => cursors.making(original, () => pipelineEffects([])));
  replaceMethods(prototype, ['aggregate'], (original) => {
    return cursors.making(original, ([pipeline]) => pipelineEffects(pipeline));
  });
  // Sends through `find`, whose cursor makes the announcement.
  replaceMethods(prototype, ['findOne'], (original) => {
    return function (...args) {
      observeRead(observer, this as Collection, args);
      return original.apply(this, bindFunctions(args));
    };
  });
  replaceMethods(prototype, COUNTS, (original) => {
    return function (...args) {
      return readOnce(original, this, args, this as Collection, observer);
    };
  });
  for (const { prototype: watched } of [driver.Collection, driver.Db, driver.MongoClient]) {
    replaceMethods(watched, ['watch'], (original) => refusing(original, 'a change stream was opened'));
  }
}
