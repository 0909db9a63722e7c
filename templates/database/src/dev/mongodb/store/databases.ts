import { ServerError } from '../errors.js';
import type { Document } from '../values/documents.js';
import { Collection } from './collection.js';

export interface View {
  readonly viewOn: string;
  readonly pipeline: readonly Document[];
}

/** The collections and views of one database. */
export class Database {
  readonly name: string;
  readonly collections = new Map<string, Collection>();
  readonly views = new Map<string, View>();

  constructor(name: string) {
    this.name = name;
  }

  /** Created on first use, as MongoDB does for writes. */
  collection(name: string): Collection {
    const existing = this.collections.get(name);
    return existing ?? this.createCollection(name);
  }

  createCollection(name: string, options: Document = {}): Collection {
    if (!name || name.includes('$'))
      throw new ServerError('InvalidNamespace', `Invalid collection name: ${name}`);
    if (this.collections.has(name) || this.views.has(name))
      throw new ServerError('NamespaceExists', `Collection ${this.name}.${name} already exists.`);
    const created = new Collection(`${this.name}.${name}`, options);
    this.collections.set(name, created);
    return created;
  }

  requireCollection(name: string): Collection {
    const found = this.collections.get(name);
    if (!found) throw new ServerError('NamespaceNotFound', `ns does not exist: ${this.name}.${name}`);
    return found;
  }
}

export class Databases {
  readonly #databases = new Map<string, Database>();

  database(name: string): Database {
    const existing = this.#databases.get(name) ?? new Database(name);
    this.#databases.set(name, existing);
    return existing;
  }

  drop(name: string): void {
    this.#databases.delete(name);
  }

  /** The databases that hold a collection: an empty one does not exist. */
  list(): Database[] {
    return [...this.#databases.values()].filter(({ collections }) => collections.size > 0);
  }
}
