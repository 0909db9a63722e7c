import type { CollationSpec } from 'mingo/types';
import { ServerError } from '../errors.js';
import type { Cursors } from '../store/cursors.js';
import type { Database, Databases } from '../store/databases.js';
import type { Document } from '../values/documents.js';
import type { EncodedReply } from '../wire/cursor-reply.js';

export interface Server {
  readonly databases: Databases;
  readonly cursors: Cursors;
  readonly startedAt: number;
  readonly port: number;
}

/** A command to run: its name is the first field of its body. */
export interface Request {
  readonly name: string;
  readonly body: Document;
  readonly documents: readonly Uint8Array[];
  readonly database: Database;
  readonly server: Server;
  readonly connectionId: number;
}

export type Reply = Document | EncodedReply;
export type Command = (request: Request) => Reply;

/** The collection that the command's first field names. */
export function collectionName({ name, body }: Request): string {
  const value = body[name];
  if (typeof value === 'string' && value.length > 0) return value;
  throw new ServerError('InvalidNamespace', `collection name has invalid type for ${name}`);
}

export function namespaceOf(request: Request): string {
  return `${request.database.name}.${collectionName(request)}`;
}

export function documentField(body: Document, field: string): Document {
  return (body[field] ?? {}) as Document;
}

export function collationOf(body: Document): CollationSpec | undefined {
  return body.collation as CollationSpec | undefined;
}
