import { type SortSpecification, sorterOf } from '../query/sort.js';
import type { Document } from '../values/documents.js';
import type { Stored } from './stored.js';

interface Entry {
  readonly stored: Stored;
  readonly key: readonly unknown[];
}

/** After this many writes without a read, keeping the order costs more than sorting anew. */
const WRITES_WITHOUT_READ = 500;

/** The documents of a collection in one order, kept in that order through writes. */
export class SortedView {
  readonly #keyOf: (document: Document) => readonly unknown[];
  readonly #compare: (a: readonly unknown[], b: readonly unknown[]) => number;
  readonly #entries: Entry[];
  #writesSinceRead = 0;

  constructor(documents: Iterable<Stored>, sort: SortSpecification) {
    const { keyOf, compare } = sorterOf(sort);
    this.#keyOf = keyOf;
    this.#compare = compare;
    this.#entries = Array.from(documents, (stored) => ({ stored, key: keyOf(stored.document) }));
    this.#entries.sort((a, b) => compare(a.key, b.key));
  }

  get isStale(): boolean {
    return this.#writesSinceRead > WRITES_WITHOUT_READ;
  }

  *read(): Generator<Stored> {
    this.#writesSinceRead = 0;
    for (const { stored } of this.#entries) yield stored;
  }

  add(stored: Stored): void {
    this.#writesSinceRead++;
    const key = this.#keyOf(stored.document);
    this.#entries.splice(this.#position(key, 0), 0, { stored, key });
  }

  remove(stored: Stored): void {
    this.#writesSinceRead++;
    let index = this.#position(this.#keyOf(stored.document), -1);
    while (index < this.#entries.length && this.#entries[index]?.stored !== stored) index++;
    this.#entries.splice(index, 1);
  }

  /** Where the entries begin that come after `key`; with `bound` -1, those that equal it count as well. */
  #position(key: readonly unknown[], bound: 0 | -1): number {
    let low = 0;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const entry = this.#entries[middle] as Entry;
      if (this.#compare(entry.key, key) <= bound) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
