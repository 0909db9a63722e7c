/** The module `mongodb`, 3.3 to 7, or `mongoose.mongo`. */
export interface MongoDriver {
  readonly MongoClient: Exported;
  readonly Db: Exported;
  readonly Collection: Exported;
}

interface Exported {
  readonly prototype: object;
}

/** The parts of the driver's objects that are read here and that every version has, unless marked as optional. */
export interface Client {
  readonly topology?: object | null;
  /** Since 4. */
  monitorCommands?: boolean;
  /** Before 4, the options that a connection is made with. */
  readonly s: { options: object };
  db(name?: string): Database;
  on(event: string, listener: (event: CommandEvent) => void): unknown;
  listenerCount(event: string): number;
}

export interface Database {
  readonly databaseName: string;
  readonly client?: Client;
  readonly s: { readonly client?: Client };
  listCollections(): { toArray(): Promise<ListedCollection[]> };
}

export interface ListedCollection {
  readonly name: string;
  readonly type?: string;
  readonly options?: { readonly viewOn?: string; readonly pipeline?: unknown };
}

export interface Collection {
  /** `database.collection` */
  readonly namespace: string;
  readonly collectionName: string;
  readonly dbName: string;
  readonly readPreference?: ReadPreference | string | null;
  readonly s: { readonly db: Database };
}

export type ReadPreference = { readonly mode?: string };

export interface Session {
  readonly snapshotEnabled?: boolean;
  inTransaction(): boolean;
}

/** What `commandStarted`, `commandSucceeded` and `commandFailed` say; the outcomes have no `command`. */
export interface CommandEvent {
  readonly requestId: number;
  readonly commandName: string;
  readonly databaseName?: string;
  readonly command?: Command;
}

export type Command = Readonly<Record<string, unknown>>;

/** The classes of cursors that `driver` exports, which differ from version to version. */
export function cursorPrototypes(driver: MongoDriver): object[] {
  const exported = driver as unknown as Record<string, Exported | undefined>;
  const names = ['AbstractCursor', 'FindCursor', 'Cursor', 'AggregationCursor', 'CommandCursor'];
  return names.flatMap((name) => exported[name]?.prototype ?? []);
}

export function tagOf(namespace: string): string {
  return `mongodb:${namespace}`;
}
