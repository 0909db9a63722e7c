import { ServerError, toServerError } from '../errors.js';
import { encode } from '../values/documents.js';
import { EncodedReply } from '../wire/cursor-reply.js';
import type { ClientCommand } from '../wire/messages.js';
import { administration } from './administration.js';
import { aggregate } from './aggregate.js';
import * as catalog from './catalog.js';
import type { Command, Reply, Request, Server } from './command.js';
import { count, distinct, find, getMore, killCursors } from './find.js';
import { findAndModify } from './find-and-modify.js';
import * as indexes from './indexes.js';
import { collStats, dbStats } from './statistics.js';
import { insert, remove, update } from './write.js';

const COMMANDS = new Map<string, Command>(
  Object.entries({
    ...administration,
    ...catalog,
    ...indexes,
    deleteIndexes: indexes.dropIndexes,
    find,
    getMore,
    killCursors,
    count,
    distinct,
    aggregate,
    insert,
    update,
    delete: remove,
    findAndModify,
    findandmodify: findAndModify,
    collStats,
    collstats: collStats,
    dbStats,
    dbstats: dbStats,
  }),
);

/** Runs one command and returns its reply as BSON: what it gives, or its error in the server's shape. */
export function runCommand(command: ClientCommand, server: Server, connectionId: number): Uint8Array {
  const reply = attempt(() => {
    const [name = ''] = Object.keys(command.body);
    const run = COMMANDS.get(name);
    if (!run) throw new ServerError('CommandNotFound', `no such command: '${name}'`);
    return run(toRequest(name, command, server, connectionId));
  });
  return reply instanceof EncodedReply ? reply.bytes : encode(reply);
}

function toRequest(
  name: string,
  { body, documents }: ClientCommand,
  server: Server,
  connectionId: number,
): Request {
  const database = server.databases.database(String(body.$db ?? 'admin'));
  return { name, body, documents, database, server, connectionId };
}

function attempt(run: () => Reply): Reply {
  try {
    return run();
  } catch (error) {
    const { code, codeName, message, details } = toServerError(error);
    return { ok: 0, errmsg: message, code, codeName, ...details };
  }
}
