import type { Announcements } from './mongodb-announcements.js';
import { CATALOGUE, qualified } from './mongodb-commands.js';
import type { Client, Database, ListedCollection } from './mongodb-driver.js';
import { pipelineEffects } from './mongodb-pipeline.js';

/** How long a name that was not listed counts as a collection that does not exist yet. */
const ABSENT_MS = 10_000;

interface Listing {
  readonly at: number;
  /** Undefined where the user may not list collections. */
  readonly collections: ReadonlyMap<string, ListedCollection> | undefined;
}

/**
 * Which names are views, and of what: writes name a view's sources, never the view. Each database is listed once, and
 * again when a name turns up that was not there. A view that another program puts in the place of a listed collection
 * is noticed only after a restart; until then the TTL bounds what its readers see.
 */
export class Catalogue {
  readonly #listings = new WeakMap<Client, Map<string, Listing>>();
  readonly #running = new WeakMap<Client, Map<string, Promise<void>>>();
  readonly #announcements: Announcements;

  constructor(announcements: Announcements) {
    this.#announcements = announcements;
  }

  /** The collections that hold what `namespace` shows. Undefined while that is not known; it is then being looked up. */
  sources(client: Client, namespace: string): string[] | undefined {
    const found = new Set<string>();
    return this.#visit(client, namespace, found) ? [...found] : undefined;
  }

  /** Lists `database` unless that was done. Never rejects. */
  list(client: Client, database: Database): Promise<void> {
    const listed = this.#listings.get(client)?.has(database.databaseName);
    return listed ? Promise.resolve() : this.#refresh(client, database);
  }

  /** Forgets what was listed, and lists it again. Never rejects. */
  async renew(client: Client): Promise<void> {
    const known = [
      ...(this.#listings.get(client)?.keys() ?? []),
      ...(this.#running.get(client)?.keys() ?? []),
    ];
    this.#listings.delete(client);
    this.#running.delete(client);
    await Promise.all(known.map((name) => this.#refresh(client, client.db(name))));
  }

  #visit(client: Client, namespace: string, found: Set<string>): boolean {
    if (found.has(namespace)) return true;
    found.add(namespace);
    const [database, name] = split(namespace);
    const listing = this.#listings.get(client)?.get(database);
    const entry = listing?.collections?.get(name);
    if (!entry) return this.#isAbsent(client, database, listing);
    if (entry.type !== 'view') return true;
    const { reads, opaque } = pipelineEffects(entry.options?.pipeline ?? []);
    const base = { name: entry.options?.viewOn ?? '' };
    return !opaque && [base, ...reads].every((each) => this.#visit(client, qualified(each, database), found));
  }

  #isAbsent(client: Client, database: string, listing: Listing | undefined): boolean {
    const recent = listing !== undefined && Date.now() - listing.at < ABSENT_MS;
    if (!recent) void this.#refresh(client, client.db(database));
    return recent && listing.collections !== undefined;
  }

  #refresh(client: Client, database: Database): Promise<void> {
    const running = inner(this.#running, client);
    const already = running.get(database.databaseName);
    if (already) return already;
    const listing = this.#read(database).then((result) => {
      // Not if it was renewed meanwhile: the answer may be older than the change.
      if (this.#running.get(client) !== running) return;
      running.delete(database.databaseName);
      inner(this.#listings, client).set(database.databaseName, result);
    });
    running.set(database.databaseName, listing);
    return listing;
  }

  async #read(database: Database): Promise<Listing> {
    const withdraw = this.#announcements.announce(`${database.databaseName}.${CATALOGUE}`);
    try {
      const listed = await database.listCollections().toArray();
      return { at: Date.now(), collections: new Map(listed.map((entry) => [entry.name, entry])) };
    } catch {
      return { at: Date.now(), collections: undefined };
    } finally {
      withdraw();
    }
  }
}

function split(namespace: string): [database: string, name: string] {
  const dot = namespace.indexOf('.');
  return [namespace.slice(0, dot), namespace.slice(dot + 1)];
}

function inner<T>(outer: WeakMap<Client, Map<string, T>>, client: Client): Map<string, T> {
  const existing = outer.get(client);
  if (existing) return existing;
  const created = new Map<string, T>();
  outer.set(client, created);
  return created;
}
