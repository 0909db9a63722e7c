import type { Invalidator } from '../../templates/cache/src/cache/contracts.js';
import { observeMongoDB } from '../../templates/cache/src/cache/observe-mongodb.js';
import { createTrace, openTrace, runInScope, type Trace } from '../../templates/cache/src/cache/trace.js';
import { loadMongoose, type Mongoose } from './mongo.js';

/** Keeps what it is told to invalidate; each invalidation takes `delay` milliseconds. */
export class RecordingInvalidator implements Invalidator {
  started: string[] = [];
  finished: string[] = [];
  delay = 0;

  async invalidate(tags: readonly string[]): Promise<void> {
    this.started.push(...tags);
    if (this.delay > 0) await new Promise((resolve) => setTimeout(resolve, this.delay));
    this.finished.push(...tags);
  }

  clear(): void {
    this.started = [];
    this.finished = [];
  }
}

/** A driver module is observed once in a process, so the tests of one file share its invalidator. */
const invalidators = new Map<string, RecordingInvalidator>();

export function observedMongoose(module: string): { mongoose: Mongoose; invalidator: RecordingInvalidator } {
  const mongoose = loadMongoose(module);
  const invalidator = invalidators.get(module) ?? new RecordingInvalidator();
  invalidators.set(module, invalidator);
  observeMongoDB(mongoose.mongo, invalidator);
  return { mongoose, invalidator };
}

/** Runs `chain` as the chain of one request behind the cache, and returns what was seen of it. */
export async function traced(chain: () => unknown): Promise<Trace> {
  const trace = createTrace();
  const opened = openTrace(trace);
  await runInScope({ trace }, async () => chain());
  opened.close();
  return trace;
}
