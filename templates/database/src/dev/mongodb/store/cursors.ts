import { ServerError } from '../errors.js';

export interface Batch {
  readonly documents: readonly Uint8Array[];
  /** 0n when the cursor is exhausted. */
  readonly cursorId: bigint;
}

interface OpenCursor {
  readonly namespace: string;
  readonly remaining: Iterator<Uint8Array>;
  next: IteratorResult<Uint8Array>;
  usedAt: number;
}

const MAX_BATCH_BYTES = 16 * 1024 * 1024;
const IDLE_LIMIT_MS = 10 * 60 * 1000;

/** The results that clients have not fetched yet. */
export class Cursors {
  readonly #open = new Map<bigint, OpenCursor>();
  #lastId = 0n;

  /** The first `batchSize` documents; what is left stays open for `next`, unless a single batch is wanted. */
  open(namespace: string, results: Iterable<Uint8Array>, batchSize: number, singleBatch = false): Batch {
    this.#forgetIdle();
    const remaining = results[Symbol.iterator]();
    const cursor = { namespace, remaining, next: remaining.next(), usedAt: Date.now() };
    const documents = take(cursor, batchSize);
    if (cursor.next.done || singleBatch) return { documents, cursorId: 0n };
    this.#lastId += 1n;
    this.#open.set(this.#lastId, cursor);
    return { documents, cursorId: this.#lastId };
  }

  next(id: bigint, batchSize: number): Batch {
    const cursor = this.#open.get(id);
    if (!cursor) throw new ServerError('CursorNotFound', `cursor id ${id} not found`);
    cursor.usedAt = Date.now();
    const documents = take(cursor, batchSize);
    if (cursor.next.done) this.#open.delete(id);
    return { documents, cursorId: cursor.next.done ? 0n : id };
  }

  kill(id: bigint): boolean {
    return this.#open.delete(id);
  }

  #forgetIdle(): void {
    for (const [id, { usedAt }] of this.#open) if (Date.now() - usedAt > IDLE_LIMIT_MS) this.#open.delete(id);
  }
}

function take(cursor: OpenCursor, count: number): Uint8Array[] {
  const batch: Uint8Array[] = [];
  let bytes = 0;
  while (!cursor.next.done && batch.length < count) {
    bytes += cursor.next.value.length;
    if (batch.length > 0 && bytes > MAX_BATCH_BYTES) break;
    batch.push(cursor.next.value);
    cursor.next = cursor.remaining.next();
  }
  return batch;
}
