import { Decimal128, Long } from 'bson';
import { Query } from 'mingo/query';
import type { Options } from 'mingo/types';
import { ServerError } from '../errors.js';
import { stringOrder } from '../values/collation.js';
import { type Document, isDocument } from '../values/documents.js';
import { keyOf } from '../values/key.js';
import { compareValues, equalValues, typeRank } from '../values/order.js';
import { valuesAt } from '../values/paths.js';
import { hasBsonType } from './types.js';

/**
 * The query operators in which a comparison of JavaScript values differs from one of BSON values (ObjectId, Date, Long,
 * null and missing, arrays on the path). They take the place of mingo's.
 */
type Predicate = (document: Document) => boolean;
type Test = (value: unknown) => boolean;

/** Holds when the value at the path passes, or, where that is an array, one of its elements does. */
function anyValue(path: string, test: Test): Predicate {
  const passes: Test = (value) => test(value) || (Array.isArray(value) && value.some(test));
  if (!path.includes('.')) return (document) => passes(document[path]);
  return (document) => valuesAt(document, path).some(passes);
}

const not =
  (predicate: Predicate): Predicate =>
  (document) =>
    !predicate(document);

export function $eq(path: string, wanted: unknown, options: Options): Predicate {
  if (wanted === null || wanted === undefined) return anyValue(path, (value) => (value ?? null) === null);
  const order = stringOrder(options.collation);
  if (typeof wanted !== 'object' && !order) {
    const comparable = (value: unknown) => typeof value === 'object' && equalValues(value, wanted);
    return anyValue(path, (value) => value === wanted || comparable(value));
  }
  return anyValue(path, (value) => equalValues(value, wanted, order));
}

export const $ne = (path: string, wanted: unknown, options: Options) => not($eq(path, wanted, options));

export function $in(path: string, wanted: unknown, options: Options): Predicate {
  const candidates = requireArray('$in', wanted);
  if (options.collation) return anyOf(candidates.map((value) => $eq(path, value, options)));
  const patterns = candidates.filter((value) => value instanceof RegExp);
  const keys = new Set(candidates.map(keyOf));
  return anyValue(
    path,
    (value) => keys.has(keyOf(value)) || (typeof value === 'string' && patterns.some((p) => p.test(value))),
  );
}

export const $nin = (path: string, wanted: unknown, options: Options) => not($in(path, wanted, options));

function ordered(
  path: string,
  bound: unknown,
  options: Options,
  accepts: (order: number) => boolean,
): Predicate {
  const order = stringOrder(options.collation);
  const rank = typeRank(bound ?? null);
  return anyValue(path, (value) => {
    const present = value ?? null;
    return typeRank(present) === rank && accepts(compareValues(present, bound ?? null, order));
  });
}

export const $lt = (path: string, bound: unknown, options: Options) =>
  ordered(path, bound, options, (o) => o < 0);
export const $lte = (path: string, bound: unknown, options: Options) =>
  ordered(path, bound, options, (o) => o <= 0);
export const $gt = (path: string, bound: unknown, options: Options) =>
  ordered(path, bound, options, (o) => o > 0);
export const $gte = (path: string, bound: unknown, options: Options) =>
  ordered(path, bound, options, (o) => o >= 0);

export function $exists(path: string, wanted: unknown): Predicate {
  const exists: Predicate = (document) => valuesAt(document, path).some((value) => value !== undefined);
  return wanted ? exists : not(exists);
}

export function $type(path: string, wanted: unknown): Predicate {
  const types = Array.isArray(wanted) ? wanted : [wanted];
  return anyValue(path, (value) => types.some((type) => hasBsonType(value, type)));
}

export function $all(path: string, wanted: unknown, options: Options): Predicate {
  const required = requireArray('$all', wanted).map((value) => matcherFor(path, value, options));
  return (document) => required.length > 0 && required.every((predicate) => predicate(document));
}

function matcherFor(path: string, value: unknown, options: Options): Predicate {
  const asQuery = value instanceof RegExp || (isDocument(value) && '$elemMatch' in value);
  if (!asQuery) return $eq(path, value, options);
  const query = new Query({ [path]: value }, options);
  return (document) => query.test(document);
}

export function $size(path: string, wanted: unknown): Predicate {
  return (document) =>
    valuesAt(document, path).some((value) => Array.isArray(value) && value.length === wanted);
}

export function $elemMatch(path: string, criteria: unknown, options: Options): Predicate {
  const matches = elementTest(criteria as Document, options);
  return (document) => valuesAt(document, path).some((value) => Array.isArray(value) && value.some(matches));
}

/** `{ $gt: 1 }` tests the element itself, `{ price: 1 }` its fields. */
function elementTest(criteria: Document, options: Options): Test {
  const names = Object.keys(criteria);
  const onElement = names.length > 0 && names.every((name) => /^\$(?!and$|or$|nor$|expr$)/.test(name));
  const query = new Query(onElement ? { element: criteria } : criteria, options);
  if (onElement) return (element) => query.test({ element });
  return (element) => isDocument(element) && query.test(element);
}

export function $mod(path: string, wanted: unknown): Predicate {
  const [divisor, remainder] = requireArray('$mod', wanted).map(Number);
  if (!divisor) throw new ServerError('BadValue', 'divisor cannot be 0');
  return anyValue(
    path,
    (value) => isNumeric(value) && Math.trunc(Number(String(value))) % divisor === remainder,
  );
}

function isNumeric(value: unknown): boolean {
  return typeof value === 'number' || value instanceof Long || value instanceof Decimal128;
}

const anyOf =
  (predicates: readonly Predicate[]): Predicate =>
  (document) =>
    predicates.some((predicate) => predicate(document));

function requireArray(operator: string, value: unknown): unknown[] {
  if (!Array.isArray(value)) throw new ServerError('BadValue', `${operator} needs an array`);
  return value;
}
