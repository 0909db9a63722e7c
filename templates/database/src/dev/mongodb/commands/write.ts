import { Buffer } from 'node:buffer';
import { ObjectId } from 'bson';
import type { CollationSpec } from 'mingo/types';
import { ServerError, toServerError } from '../errors.js';
import { mingoOptions } from '../query/engine.js';
import type { SortSpecification } from '../query/sort.js';
import { modified, upserted } from '../query/update.js';
import type { Collection } from '../store/collection.js';
import type { Stored } from '../store/stored.js';
import { type Document, decode, encode } from '../values/documents.js';
import { type Command, collectionName, type Request } from './command.js';
import { select } from './reading.js';

/** Runs each statement; the first failure ends an ordered write. */
function runStatements<T>(
  request: Request,
  statements: readonly T[],
  run: (statement: T, index: number) => void,
): Document[] {
  const writeErrors: Document[] = [];
  for (const [index, statement] of statements.entries()) {
    try {
      run(statement, index);
    } catch (error) {
      const { code, message, details } = toServerError(error);
      writeErrors.push({ index, code, errmsg: message, ...details });
      if (request.body.ordered !== false) break;
    }
  }
  return writeErrors;
}

function outcome(counts: Document, writeErrors: readonly Document[]): Document {
  return { ...counts, ...(writeErrors.length > 0 && { writeErrors }), ok: 1 };
}

/** The collection to write to; views are read-only. */
function target(request: Request): Collection {
  const name = collectionName(request);
  if (request.database.views.has(name))
    throw new ServerError(
      'CommandNotSupportedOnView',
      `Namespace ${request.database.name}.${name} is a view, not a collection`,
    );
  return request.database.collection(name);
}

export const insert: Command = (request) => {
  const collection = target(request);
  let n = 0;
  const errors = runStatements(request, request.documents, (bytes) => {
    collection.insert(withId(bytes));
    n++;
  });
  return outcome({ n }, errors);
};

const ID_FIRST = Buffer.from('_id\0', 'latin1');

/** MongoDB gives a document an `_id` when it has none, and puts it first. */
export function withId(bytes: Uint8Array): Uint8Array {
  if (ID_FIRST.equals(bytes.subarray(5, 9))) return bytes;
  const { _id = new ObjectId(), ...fields } = decode(bytes, { promoteValues: false });
  return encode({ _id, ...fields });
}

interface UpdateStatement {
  readonly q: Document;
  readonly u: Document | Document[];
  readonly multi?: boolean;
  readonly upsert?: boolean;
  readonly arrayFilters?: Document[];
  readonly collation?: CollationSpec;
  readonly sort?: SortSpecification;
  readonly c?: Document;
}

export const update: Command = (request) => {
  const collection = target(request);
  const counts = { n: 0, nModified: 0 };
  const inserted: Document[] = [];
  const errors = runStatements(
    request,
    statementsOf<UpdateStatement>(request, 'updates'),
    (statement, index) => {
      const changes = applyUpdate(collection, statement, request.body.let as Document | undefined);
      counts.n += changes.matched + (changes.upsertedId === undefined ? 0 : 1);
      counts.nModified += changes.modified;
      if (changes.upsertedId !== undefined) inserted.push({ index, _id: changes.upsertedId });
    },
  );
  return outcome({ ...counts, ...(inserted.length > 0 && { upserted: inserted }) }, errors);
};

function statementsOf<T>({ body }: Request, field: string): T[] {
  return (body[field] ?? []) as T[];
}

interface Changes {
  readonly matched: number;
  readonly modified: number;
  readonly upsertedId?: unknown;
}

function applyUpdate(collection: Collection, statement: UpdateStatement, variables?: Document): Changes {
  const { q: filter, multi, collation, sort } = statement;
  const selection = { filter, collation, sort, variables, limit: multi ? 0 : 1 };
  const found = select(collection, selection);
  const modification = toModification(statement, variables);
  if (found.length === 0 && statement.upsert) {
    const document = upserted(modification, () => new ObjectId());
    return { matched: 0, modified: 0, upsertedId: collection.insert(encode(document)).document._id };
  }
  const changed = found.filter((stored) =>
    changeDocument(collection, stored, modified(stored.document, modification)),
  );
  return { matched: found.length, modified: changed.length };
}

function toModification({ u, q, arrayFilters, collation, c }: UpdateStatement, variables?: Document) {
  const options = mingoOptions({ collation, variables: { ...variables, ...c } });
  return { update: u, filter: q, arrayFilters, options };
}

/** Stores the new version if it differs; tells whether it did. */
function changeDocument(collection: Collection, stored: Stored, next: Document): boolean {
  if (Buffer.compare(encode(stored.document), encode(next)) === 0) return false;
  collection.update(stored, next);
  return true;
}

interface DeleteStatement {
  readonly q: Document;
  readonly limit: number;
  readonly collation?: CollationSpec;
}

export const remove: Command = (request) => {
  const collection = request.database.collections.get(collectionName(request));
  let n = 0;
  const errors = runStatements(request, statementsOf<DeleteStatement>(request, 'deletes'), (statement) => {
    const { q: filter, limit, collation } = statement;
    for (const stored of select(collection, { filter, limit, collation })) {
      collection?.remove(stored);
      n++;
    }
  });
  return outcome({ n }, errors);
};
