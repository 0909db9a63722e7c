import { ServerError } from '../errors.js';
import { compileFilter, type Matcher, mingoOptions } from '../query/engine.js';
import type { Document } from '../values/documents.js';
import { keyOf } from '../values/key.js';
import { valuesAt } from '../values/paths.js';
import type { Stored } from './stored.js';

export interface IndexDefinition extends Document {
  readonly name: string;
  readonly key: Document;
}

const SEPARATOR = '\u0000';

/** Finds documents by equality on all its fields, and keeps a unique index unique. It keeps no order. */
export class Index {
  readonly definition: IndexDefinition;
  readonly paths: readonly string[];
  readonly unique: boolean;
  readonly #covers: Matcher | undefined;
  readonly #sparse: boolean;
  readonly #collation: boolean;
  readonly #entries = new Map<string, Set<Stored>>();

  constructor(definition: IndexDefinition) {
    this.definition = definition;
    this.paths = Object.keys(definition.key);
    this.unique = Boolean(definition.unique) || isIdIndex(definition);
    this.#sparse = Boolean(definition.sparse);
    this.#collation = Boolean(definition.collation);
    const partial = definition.partialFilterExpression as Document | undefined;
    this.#covers = partial && compileFilter(partial, mingoOptions());
  }

  /** Whether every document has an entry under plain equality, so that a lookup misses none. */
  get complete(): boolean {
    return (
      !this.#covers && !this.#sparse && !this.#collation && this.paths.every((path) => this.#isValueKey(path))
    );
  }

  /** Throws DuplicateKey when another document than `replaced` holds one of the keys. */
  requireRoom(document: Document, namespace: string, replaced?: Stored): void {
    if (!this.unique) return;
    for (const key of this.#keysOf(document)) {
      for (const holder of this.#entries.get(key) ?? [])
        if (holder !== replaced) throw duplicateKey(namespace, this.definition, document);
    }
  }

  add(stored: Stored): void {
    for (const key of this.#keysOf(stored.document)) {
      const holders = this.#entries.get(key);
      if (holders) holders.add(stored);
      else this.#entries.set(key, new Set([stored]));
    }
  }

  remove(stored: Stored): void {
    for (const key of this.#keysOf(stored.document)) {
      const holders = this.#entries.get(key);
      holders?.delete(stored);
      if (holders?.size === 0) this.#entries.delete(key);
    }
  }

  /** The documents that hold one of the wanted values in each field of the index. */
  lookup(wanted: ReadonlyArray<readonly unknown[]>): Set<Stored> {
    const keys = combinations(wanted.map((values) => values.map(keyOf)));
    return new Set(keys.flatMap((key) => [...(this.#entries.get(key) ?? [])]));
  }

  #isValueKey(path: string): boolean {
    return typeof this.definition.key[path] === 'number' && !path.includes('$**');
  }

  #keysOf(document: Document): string[] {
    if (this.#covers && !this.#covers(document)) return [];
    const values = this.paths.map((path) => indexedValues(document, path));
    if (this.#sparse && values.every((field) => field.every((value) => value === undefined))) return [];
    return combinations(values.map((field) => [...new Set(field.map((value) => this.#key(value)))]));
  }

  #key(value: unknown): string {
    return keyOf(this.#collation && typeof value === 'string' ? value.toLowerCase() : value);
  }
}

/** An array is indexed by each of its elements, and as a whole. */
function indexedValues(document: Document, path: string): unknown[] {
  const reached = valuesAt(document, path);
  if (reached.length === 0) return [undefined];
  return reached.flatMap((value) => (Array.isArray(value) ? [...value, value] : [value]));
}

function combinations(fields: ReadonlyArray<readonly string[]>): string[] {
  const [first = [], ...rest] = fields;
  return rest.reduce<readonly string[]>(
    (keys, field) => keys.flatMap((key) => field.map((part) => key + SEPARATOR + part)),
    first,
  ) as string[];
}

export function isIdIndex({ key }: IndexDefinition): boolean {
  return '_id' in key && Object.keys(key).length === 1;
}

function duplicateKey(namespace: string, { name, key }: IndexDefinition, document: Document): ServerError {
  const keyValue = Object.fromEntries(
    Object.keys(key).map((path) => [path, valuesAt(document, path)[0] ?? null]),
  );
  const shown = Object.entries(keyValue).map(([path, value]) => `${path}: ${show(value)}`);
  return new ServerError(
    'DuplicateKey',
    `E11000 duplicate key error collection: ${namespace} index: ${name} dup key: { ${shown.join(', ')} }`,
    { keyPattern: key, keyValue },
  );
}

function show(value: unknown): string {
  const isId = typeof value === 'object' && value !== null && '_bsontype' in value;
  return isId ? `${String(value._bsontype)}('${String(value)}')` : JSON.stringify(value);
}
