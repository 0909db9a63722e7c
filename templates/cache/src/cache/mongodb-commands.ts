import { EVERYTHING } from './contracts.js';
import { type Command, tagOf } from './mongodb-driver.js';
import { type Named, pipelineEffects } from './mongodb-pipeline.js';

/** What a command that goes over the wire means for cached responses. */
export type CommandEffect =
  | { readonly kind: 'none' | 'commit' | 'abort' }
  /** `namespace` is undefined where no entry point can have announced the read. */
  | { readonly kind: 'read'; readonly namespace: string | undefined }
  /** `views` is set where the command may turn a name into a view or back. */
  | { readonly kind: 'write'; readonly tags: readonly string[]; readonly views?: boolean };

type Effect = (command: Command, database: string, name: string) => CommandEffect;

const NONE: CommandEffect = { kind: 'none' };

// An index changes how a query is answered, not what it answers.
const WITHOUT_EFFECT = [
  ...['hello', 'ismaster', 'ping', 'buildinfo', 'getmore', 'killcursors', 'endsessions', 'refreshsessions'],
  ...[
    'killsessions',
    'startsession',
    'killop',
    'killallsessions',
    'saslstart',
    'saslcontinue',
    'authenticate',
  ],
  ...[
    'getnonce',
    'logout',
    'copydbgetnonce',
    'copydbsaslstart',
    'getlasterror',
    'getparameter',
    'whatsmyuri',
  ],
  ...['createindexes', 'dropindexes', 'deleteindexes', 'reindex', 'listindexes', 'profile', 'fsync'],
  ...['createsearchindexes', 'updatesearchindex', 'dropsearchindex', 'createuser', 'updateuser', 'dropuser'],
];

// They read something that no tag stands for.
const UNNAMED_READS = [
  ...['explain', 'dbstats', 'collstats', 'serverstatus', 'listdatabases', 'currentop', 'hostinfo', 'top'],
  ...[
    'connectionstatus',
    'connpoolstats',
    'replsetgetstatus',
    'usersinfo',
    'rolesinfo',
    'getlog',
    'datasize',
  ],
  ...['validate', 'dbhash', 'getcmdlineopts', 'listcommands', 'geosearch', 'geonear', 'group'],
  'parallelcollectionscan',
];

const unannounced: Effect = () => ({ kind: 'read', namespace: undefined });
const readsOwn: Effect = (command, database, name) => read(database, text(command[name]));
const writesOwn: Effect = (command, database, name) => write(`${database}.${text(command[name])}`);

const EFFECTS: Readonly<Record<string, Effect>> = {
  ...each(WITHOUT_EFFECT, () => NONE),
  ...each(UNNAMED_READS, unannounced),
  ...each(['find', 'count', 'distinct'], readsOwn),
  ...each(['insert', 'update', 'delete', 'findandmodify', 'converttocapped'], writesOwn),
  aggregate,
  mapreduce: mapReduce,
  bulkwrite: bulkWrite,
  listcollections: (_command, database) => read(database, CATALOGUE),
  drop: (command, database) => ({ ...write(`${database}.${text(command.drop)}`), views: true }),
  collmod: (command, database) => ({ ...write(`${database}.${text(command.collMod)}`), views: true }),
  // A new collection reads like the missing one; a view does not.
  create: (command, database) =>
    command.viewOn === undefined ? NONE : { ...write(`${database}.${text(command.create)}`), views: true },
  renamecollection: (command) => ({
    ...write(text(command.renameCollection), text(command.to)),
    views: true,
  }),
  dropdatabase: () => ({ kind: 'write', tags: [EVERYTHING], views: true }),
  committransaction: () => ({ kind: 'commit' }),
  aborttransaction: () => ({ kind: 'abort' }),
};

/** The name under which listing the collections of a database is announced. */
export const CATALOGUE = '$cmd.listCollections';

/** Returns undefined for what is not understood: it may have read or written anything. */
export function commandEffect(name: string, command: Command, database: string): CommandEffect | undefined {
  const key = name.toLowerCase();
  const effect = Object.hasOwn(EFFECTS, key) ? EFFECTS[key] : undefined;
  try {
    return effect?.(command, database, name);
  } catch {
    return undefined;
  }
}

function aggregate(command: Command, database: string): CommandEffect {
  const { aggregate: name, pipeline } = command;
  const { writes } = pipelineEffects(pipeline);
  if (writes.length > 0) return write(...writes.map((target) => qualified(target, database)));
  // The answer holds no data; events come later, to code that the entry point has refused.
  if (Array.isArray(pipeline) && Object.hasOwn(pipeline[0] ?? {}, '$changeStream')) return NONE;
  return typeof name === 'string' ? read(database, name) : { kind: 'read', namespace: undefined };
}

function mapReduce(command: Command, database: string): CommandEffect {
  const out = command.out as string | Record<string, unknown>;
  if (typeof out === 'string') return write(`${database}.${out}`);
  const target = out.replace ?? out.merge ?? out.reduce;
  if (target === undefined) return { kind: 'read', namespace: undefined };
  return write(`${typeof out.db === 'string' ? out.db : database}.${text(target)}`);
}

function bulkWrite(command: Command): CommandEffect {
  return write(...(command.nsInfo as { ns: unknown }[]).map(({ ns }) => text(ns)));
}

export function qualified(target: Named, database: string): string {
  return `${target.db ?? database}.${target.name}`;
}

function read(database: string, name: string): CommandEffect {
  return { kind: 'read', namespace: `${database}.${name}` };
}

function write(...namespaces: string[]): { kind: 'write'; tags: string[] } {
  return { kind: 'write', tags: namespaces.map(tagOf) };
}

function text(value: unknown): string {
  if (typeof value !== 'string') throw new TypeError('expected the name of a collection');
  return value;
}

function each(names: readonly string[], effect: Effect): Record<string, Effect> {
  return Object.fromEntries(names.map((name) => [name, effect]));
}
