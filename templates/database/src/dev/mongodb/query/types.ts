import { Binary, Decimal128, Long, MaxKey, MinKey, ObjectId, Timestamp } from 'bson';

const CODES: Readonly<Record<string, string>> = {
  1: 'double',
  2: 'string',
  3: 'object',
  4: 'array',
  5: 'binData',
  7: 'objectId',
  8: 'bool',
  9: 'date',
  10: 'null',
  11: 'regex',
  16: 'int',
  17: 'timestamp',
  18: 'long',
  19: 'decimal',
  '-1': 'minKey',
  127: 'maxKey',
};

const NUMERIC = new Set(['double', 'int', 'long', 'decimal']);
const INT32_LIMIT = 2 ** 31;

/** The BSON alias of a value's type; whole numbers count as int or long by their size. */
export function bsonType(value: unknown): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'null';
  if (typeof value === 'number') return numberType(value);
  if (typeof value === 'string') return 'string';
  if (typeof value === 'boolean') return 'bool';
  return Array.isArray(value) ? 'array' : classType(value as object);
}

function numberType(value: number): string {
  if (!Number.isInteger(value)) return 'double';
  return value >= -INT32_LIMIT && value < INT32_LIMIT ? 'int' : 'long';
}

function classType(value: object): string {
  if (value instanceof ObjectId) return 'objectId';
  if (value instanceof Date) return 'date';
  if (value instanceof Decimal128) return 'decimal';
  if (value instanceof Timestamp) return 'timestamp';
  if (value instanceof Long) return 'long';
  if (value instanceof Binary) return 'binData';
  if (value instanceof RegExp) return 'regex';
  if (value instanceof MinKey) return 'minKey';
  return value instanceof MaxKey ? 'maxKey' : 'object';
}

/** Whether `$type: wanted` (an alias, a number, or "number") holds. A whole number also counts as a double. */
export function hasBsonType(value: unknown, wanted: unknown): boolean {
  const alias = CODES[String(wanted)] ?? String(wanted);
  const actual = bsonType(value);
  if (actual === alias) return true;
  if (alias === 'number') return NUMERIC.has(actual);
  return alias === 'double' && typeof value === 'number';
}
