import { ServerError } from '../errors.js';
import type { SortSpecification } from '../query/sort.js';
import { type Document, isDocument } from '../values/documents.js';
import { keyOf } from '../values/key.js';
import { Index, type IndexDefinition } from './index.js';
import { SortedView } from './sorted-view.js';
import { nextVersion, type Stored, toStored } from './stored.js';

const KEPT_ORDERS = 8;
const ID_INDEX: IndexDefinition = { v: 2, key: { _id: 1 }, name: '_id_' };

/** Documents in the order of their insertion, with their indexes. */
export class Collection {
  namespace: string;
  readonly options: Document;
  readonly #documents = new Map<string, Stored>();
  readonly #indexes = new Map<string, Index>();
  readonly #sorted = new Map<string, SortedView>();

  constructor(namespace: string, options: Document = {}) {
    this.namespace = namespace;
    this.options = options;
  }

  get size(): number {
    return this.#documents.size;
  }

  get indexes(): IndexDefinition[] {
    return [ID_INDEX, ...[...this.#indexes.values()].map(({ definition }) => definition)];
  }

  all(): Iterable<Stored> {
    return this.#documents.values();
  }

  insert(bytes: Uint8Array): Stored {
    const stored = toStored(bytes);
    if (this.#documents.has(stored.id)) throw this.#duplicateId(stored.document._id);
    this.#requireRoom(stored.document);
    this.#put(stored);
    return stored;
  }

  /** Replaces a document by its next version and returns that. */
  update(previous: Stored, document: Document): Stored {
    this.#requireRoom(document, previous);
    const next = nextVersion(previous, document);
    this.#unlist(previous);
    this.#put(next);
    return next;
  }

  remove(stored: Stored): void {
    this.#unlist(stored);
    this.#documents.delete(stored.id);
  }

  clear(): void {
    this.#sorted.clear();
    for (const stored of [...this.#documents.values()]) this.remove(stored);
  }

  /** A superset of what the filter matches, found through an index; undefined when its equalities name none. */
  candidates(filter: Document): Iterable<Stored> | undefined {
    const equal = equalities(filter);
    const ids = equal.get('_id');
    if (ids) return this.#byId(ids);
    for (const index of this.#indexes.values()) {
      const wanted = index.paths.map((path) => equal.get(path));
      if (index.complete && wanted.every((values) => values !== undefined)) return index.lookup(wanted);
    }
    return undefined;
  }

  /** All documents in this order, which is then kept through later writes. */
  inOrder(sort: SortSpecification): Iterable<Stored> {
    const name = JSON.stringify(sort);
    const view = this.#sorted.get(name) ?? new SortedView(this.all(), sort);
    this.#sorted.delete(name);
    this.#sorted.set(name, view);
    const [oldest = name] = this.#sorted.keys();
    if (this.#sorted.size > KEPT_ORDERS) this.#sorted.delete(oldest);
    return view.read();
  }

  addIndex(definition: IndexDefinition): boolean {
    if (definition.name === ID_INDEX.name || this.#isKnown(definition)) return false;
    const index = new Index(definition);
    for (const stored of this.all()) {
      index.requireRoom(stored.document, this.namespace);
      index.add(stored);
    }
    this.#indexes.set(definition.name, index);
    return true;
  }

  dropIndex(name: string): void {
    if (!this.#indexes.delete(name))
      throw new ServerError('IndexNotFound', `index not found with name [${name}]`);
  }

  dropIndexes(): void {
    this.#indexes.clear();
  }

  #isKnown(definition: IndexDefinition): boolean {
    const same = this.#indexes.get(definition.name)?.definition;
    if (!same) return false;
    if (JSON.stringify(same.key) === JSON.stringify(definition.key) && !same.unique === !definition.unique)
      return true;
    throw new ServerError(
      'IndexKeySpecsConflict',
      `An existing index has the same name as the requested index: ${definition.name}`,
    );
  }

  #byId(ids: readonly unknown[]): Stored[] {
    const found = new Set(ids.map((id) => this.#documents.get(keyOf(id))));
    return [...found].filter((stored) => stored !== undefined);
  }

  #requireRoom(document: Document, replaced?: Stored): void {
    for (const index of this.#indexes.values()) index.requireRoom(document, this.namespace, replaced);
  }

  #put(stored: Stored): void {
    this.#documents.set(stored.id, stored);
    for (const index of this.#indexes.values()) index.add(stored);
    for (const [name, view] of this.#sorted) {
      if (view.isStale) this.#sorted.delete(name);
      else view.add(stored);
    }
  }

  #unlist(stored: Stored): void {
    for (const index of this.#indexes.values()) index.remove(stored);
    for (const view of this.#sorted.values()) view.remove(stored);
  }

  #duplicateId(_id: unknown): ServerError {
    return new ServerError(
      'DuplicateKey',
      `E11000 duplicate key error collection: ${this.namespace} index: _id_ dup key: { _id: ${String(_id)} }`,
      { keyPattern: { _id: 1 }, keyValue: { _id } },
    );
  }
}

/** For each path that the filter pins: the values it may have. */
function equalities(filter: Document): Map<string, readonly unknown[]> {
  const found = new Map<string, readonly unknown[]>();
  for (const [path, condition] of Object.entries(filter)) {
    if (path === '$and')
      for (const part of condition as Document[])
        for (const [name, values] of equalities(part)) found.set(name, values);
    else if (!path.startsWith('$')) addEquality(found, path, condition);
  }
  return found;
}

function addEquality(found: Map<string, readonly unknown[]>, path: string, condition: unknown): void {
  const operators = isDocument(condition) && Object.keys(condition).some((name) => name.startsWith('$'));
  if (!operators) {
    if (!(condition instanceof RegExp)) found.set(path, [condition]);
  } else if ('$eq' in condition) found.set(path, [condition.$eq]);
  else if (Array.isArray(condition.$in) && !condition.$in.some((value) => value instanceof RegExp))
    found.set(path, condition.$in);
}
