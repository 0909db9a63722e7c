import { Query } from 'mingo/query';
import type { Options } from 'mingo/types';
import { ServerError } from '../errors.js';
import { type Document, isDocument } from '../values/documents.js';
import { valueAt } from '../values/paths.js';

/** The element that `'field.$': 1` shows, in an array of its own. */
export function matchedElement(
  document: Document,
  field: string,
  filter: Document,
  options: Options,
): unknown {
  const array = valueAt(document, field);
  if (!Array.isArray(array)) return undefined;
  const index = matchedIndex(document, field, filter, options);
  return index === undefined ? undefined : [array[index]];
}

/** Which element of the array at `field` made the filter match: the meaning of `$` in an update or a projection. */
export function matchedIndex(
  document: Document,
  field: string,
  filter: Document,
  options: Options,
): number | undefined {
  const array = valueAt(document, field);
  const conditions = conditionsOn(filter, field);
  if (!Array.isArray(array) || conditions.length === 0) return undefined;
  const queries = conditions.map((condition) => new Query(condition, options));
  const index = array.findIndex((element) => queries.every((query) => query.test(holding(field, element))));
  return index < 0 ? undefined : index;
}

/** The parts of a filter, `$and` included, that speak of the array or of its elements' fields. */
function conditionsOn(filter: Document, field: string): Document[] {
  return Object.entries(filter).flatMap(([name, condition]): Document[] => {
    if (name === '$and') return (condition as Document[]).flatMap((part) => conditionsOn(part, field));
    return name === field || name.startsWith(`${field}.`) ? [{ [name]: condition }] : [];
  });
}

/** A document with just this one element in the array at `field`. */
function holding(field: string, element: unknown): Document {
  return field.split('.').reduceRight<unknown>((value, name) => ({ [name]: value }), [element]) as Document;
}

/** Replaces the first `$` of an update path by the index that the filter matched. */
export function resolvePositional(
  path: string,
  document: Document,
  filter: Document,
  options: Options,
): string {
  const names = path.split('.');
  const position = names.indexOf('$');
  if (position < 0) return path;
  const index = matchedIndex(document, names.slice(0, position).join('.'), filter, options);
  if (index === undefined)
    throw new ServerError(
      'BadValue',
      'The positional operator did not find the match needed from the query.',
    );
  names[position] = String(index);
  return names.join('.');
}

export function isOperatorDocument(value: unknown): value is Document {
  return isDocument(value) && Object.keys(value)[0]?.startsWith('$') === true;
}
