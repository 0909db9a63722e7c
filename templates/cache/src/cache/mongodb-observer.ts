import type { Invalidator } from './contracts.js';
import { Announcements } from './mongodb-announcements.js';
import { Catalogue } from './mongodb-catalogue.js';
import type { Client, Collection, Database } from './mongodb-driver.js';
import { Wire } from './mongodb-wire.js';
import { currentScope, type RequestScope } from './trace.js';

/** What the wrapped entry points of one driver module share. */
export class MongoObserver {
  readonly announcements = new Announcements();
  readonly catalogue = new Catalogue(this.announcements);
  readonly wire: Wire;
  readonly #clients = new WeakMap<Database, Client>();
  readonly #connecting = new WeakSet<RequestScope>();

  constructor(invalidator: Invalidator) {
    this.wire = new Wire(this.announcements, this.catalogue, invalidator);
  }

  /** What mongoose buffered until it was connected, for any request, runs in the context that connected it. */
  connecting(): void {
    const scope = currentScope();
    if (scope) this.#connecting.add(scope);
  }

  /** The request that runs now, where what runs now is known to belong to it. */
  scope(): RequestScope | undefined {
    const scope = currentScope();
    return scope && !this.#connecting.has(scope) ? scope : undefined;
  }

  /** Drivers before 4 do not tell the client of a database. */
  remember(client: Client, database: Database): void {
    this.#clients.set(database, client);
  }

  clientOfDatabase(database: Database): Client | undefined {
    return database.client ?? database.s.client ?? this.#clients.get(database);
  }

  clientOf(collection: Collection): Client | undefined {
    return this.clientOfDatabase(collection.s.db);
  }

  /** For a call that wrote to `tags`: resolves when they are invalidated, by the wire or, where it is silent, here. */
  written(client: Client | undefined, tags: readonly string[]): Promise<unknown> | undefined {
    if (!this.wire.isMonitored(client)) this.wire.invalidate(tags);
    return this.wire.invalidated(tags);
  }
}
