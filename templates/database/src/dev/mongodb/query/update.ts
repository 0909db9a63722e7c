import { Aggregator } from 'mingo/aggregator';
import type { Options } from 'mingo/types';
import { updateOne } from 'mingo/updater';
import { ServerError } from '../errors.js';
import { cloneValue, type Document, isDocument } from '../values/documents.js';
import { keyOf } from '../values/key.js';
import { setAt } from '../values/paths.js';
import { isOperatorDocument, resolvePositional } from './positional.js';
import { requireApplicable } from './update-checks.js';

/** What an update command asks for: operators, a replacement, or a pipeline. */
export interface Modification {
  readonly update: Document | Document[];
  readonly filter: Document;
  readonly arrayFilters?: Document[] | undefined;
  readonly options: Options;
}

/** The document after the update, as a new object; the given one is left as it is. */
export function modified(document: Document, modification: Modification, inserting = false): Document {
  const { update } = modification;
  if (Array.isArray(update)) return throughPipeline(document, update, modification.options);
  return isOperatorDocument(update)
    ? withOperators(document, update, modification, inserting)
    : replaced(document, update);
}

/** The document that an upsert inserts: the equalities of the filter, then the update. */
export function upserted(modification: Modification, newId: () => unknown): Document {
  const { update, filter } = modification;
  const seed = Array.isArray(update) || isOperatorDocument(update) ? equalities(filter) : idOf(filter);
  const document = modified(seed, modification, true);
  const { _id = newId(), ...fields } = document;
  return { _id, ...fields };
}

function idOf(filter: Document): Document {
  const { _id } = equalities(filter);
  return _id === undefined ? {} : { _id };
}

function equalities(filter: Document): Document {
  const found: Document = {};
  for (const [path, condition] of Object.entries(filter)) {
    if (path === '$and') for (const part of condition as Document[]) Object.assign(found, equalities(part));
    else if (!path.startsWith('$')) addEquality(found, path, condition);
  }
  return found;
}

function addEquality(found: Document, path: string, condition: unknown): void {
  if (condition instanceof RegExp) return;
  if (!isOperatorDocument(condition)) setAt(found, path, condition);
  else if ('$eq' in condition) setAt(found, path, condition.$eq);
}

function replaced(document: Document, replacement: Document): Document {
  if ('_id' in replacement && '_id' in document) requireSameId(document._id, replacement._id);
  const { _id = document._id, ...fields } = replacement;
  return _id === undefined ? { ...fields } : { _id, ...fields };
}

function requireSameId(before: unknown, after: unknown): void {
  if (keyOf(before) !== keyOf(after))
    throw new ServerError(
      'ImmutableField',
      "Performing an update on the path '_id' would modify the immutable field '_id'",
    );
}

function throughPipeline(document: Document, pipeline: Document[], options: Options): Document {
  const result = new Aggregator(pipeline, options).run([cloneValue(document)])[0] as Document;
  if ('_id' in document) requireSameId(document._id, result._id);
  return result;
}

function withOperators(
  document: Document,
  update: Document,
  modification: Modification,
  inserting: boolean,
): Document {
  const { filter, options, arrayFilters = [] } = modification;
  const result = cloneValue(document);
  const operators = resolved(update, result, filter, options, inserting);
  requireApplicable(result, operators);
  if (Object.keys(operators).length > 0) {
    const queryOptions = { ...options } as never;
    updateOne([result], {}, operators as never, { arrayFilters, cloneMode: 'deep' } as never, queryOptions);
  }
  return result;
}

/** The operators without `$setOnInsert`, without `_id`, and with positions instead of `$`. */
function resolved(
  update: Document,
  result: Document,
  filter: Document,
  options: Options,
  inserting: boolean,
): Document {
  const operators: Document = {};
  for (const [operator, fields] of Object.entries(update)) {
    if (!isDocument(fields))
      throw new ServerError(
        'FailedToParse',
        `Modifiers operate on fields but ${operator} was not given a document`,
      );
    if (operator === '$setOnInsert' && !inserting) continue;
    const name = operator === '$setOnInsert' ? '$set' : operator;
    const paths = Object.entries(fields).flatMap(([path, operand]): Array<[string, unknown]> => {
      if (path === '_id' && takesId(result, operand, name)) return [];
      return [[resolvePositional(path, result, filter, options), operand]];
    });
    if (paths.length > 0)
      operators[name] = { ...(operators[name] as Document), ...Object.fromEntries(paths) };
  }
  return operators;
}

function takesId(result: Document, operand: unknown, operator: string): boolean {
  if (result._id !== undefined || operator !== '$set') {
    requireSameId(result._id, operand);
    return true;
  }
  result._id = operand;
  return true;
}
