import { Binary, Decimal128, Long, MaxKey, MinKey, ObjectId, Timestamp } from 'bson';

/** Orders two strings; given by a collation, or by their UTF-16 code units when there is none. */
export type StringOrder = (a: string, b: string) => number;

const byCodeUnit: StringOrder = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

const Rank = {
  minKey: 0,
  missing: 1,
  null: 2,
  number: 3,
  string: 4,
  object: 5,
  array: 6,
  binary: 7,
  objectId: 8,
  boolean: 9,
  date: 10,
  timestamp: 11,
  regex: 12,
  other: 13,
  maxKey: 14,
} as const;

/** The place of a value's type in MongoDB's order of types. Values of one rank can be compared with one another. */
export function typeRank(value: unknown): number {
  switch (typeof value) {
    case 'undefined':
      return Rank.missing;
    case 'number':
    case 'bigint':
      return Rank.number;
    case 'string':
      return Rank.string;
    case 'boolean':
      return Rank.boolean;
    default:
      return value === null ? Rank.null : objectRank(value as object);
  }
}

function objectRank(value: object): number {
  if (Array.isArray(value)) return Rank.array;
  if (value.constructor === Object) return Rank.object;
  if (value instanceof ObjectId) return Rank.objectId;
  if (value instanceof Date) return Rank.date;
  if (value instanceof Timestamp) return Rank.timestamp;
  if (value instanceof Long || value instanceof Decimal128) return Rank.number;
  if (value instanceof Binary) return Rank.binary;
  if (value instanceof RegExp) return Rank.regex;
  if (value instanceof MinKey) return Rank.minKey;
  if (value instanceof MaxKey) return Rank.maxKey;
  return '_bsontype' in value ? Rank.other : Rank.object;
}

/** Compares two values as MongoDB sorts them: by type first, then within the type. Missing comes before null. */
export function compareValues(a: unknown, b: unknown, strings: StringOrder = byCodeUnit): number {
  if (a === b) return 0;
  if (typeof a === 'number' && typeof b === 'number') return compareNumbers(a, b);
  if (typeof a === 'string' && typeof b === 'string') return strings(a, b);
  const rank = typeRank(a);
  return rank - typeRank(b) || compareWithinType(rank, a, b, strings);
}

/** True when both values are of one type (all numeric types count as one) and equal. */
export function equalValues(a: unknown, b: unknown, strings?: StringOrder): boolean {
  return compareValues(a, b, strings) === 0;
}

function compareWithinType(rank: number, a: unknown, b: unknown, strings: StringOrder): number {
  switch (rank) {
    case Rank.number:
      return compareNumeric(a, b);
    case Rank.objectId:
      return compareBytes((a as ObjectId).id, (b as ObjectId).id);
    case Rank.boolean:
    case Rank.date:
      return Number(a) - Number(b);
    case Rank.timestamp:
      return (a as Timestamp).compare(b as Timestamp);
    case Rank.array:
      return compareArrays(a as unknown[], b as unknown[], strings);
    case Rank.object:
      return compareObjects(a as object, b as object, strings);
    case Rank.binary:
      return compareBinary(a as Binary, b as Binary);
    case Rank.regex:
    case Rank.other:
      return byCodeUnit(JSON.stringify(a) + String(a), JSON.stringify(b) + String(b));
    default:
      return 0;
  }
}

function compareNumbers(a: number, b: number): number {
  if (Number.isNaN(a)) return Number.isNaN(b) ? 0 : -1;
  return Number.isNaN(b) ? 1 : a - b || 0;
}

function compareNumeric(a: unknown, b: unknown): number {
  if (a instanceof Long && b instanceof Long) return a.compare(b);
  const order = compareNumbers(Number(String(a)), Number(String(b)));
  return order || (String(a) === String(b) ? 0 : compareDigits(String(a), String(b)));
}

/** Numbers that round to the same double: exact for integers, equal otherwise. */
function compareDigits(a: string, b: string): number {
  const integer = /^-?\d+$/;
  if (!integer.test(a) || !integer.test(b)) return 0;
  const difference = BigInt(a) - BigInt(b);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  return Buffer.compare(a, b);
}

function compareBinary(a: Binary, b: Binary): number {
  return a.length() - b.length() || a.sub_type - b.sub_type || compareBytes(a.value(), b.value());
}

function compareArrays(a: unknown[], b: unknown[], strings: StringOrder): number {
  const shared = Math.min(a.length, b.length);
  for (let index = 0; index < shared; index++) {
    const order = compareValues(a[index], b[index], strings);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

/** Field by field in stored order, as MongoDB does: type, then name, then value. */
function compareObjects(a: object, b: object, strings: StringOrder): number {
  const left = Object.entries(a);
  const right = Object.entries(b);
  for (let index = 0; index < Math.min(left.length, right.length); index++) {
    const [leftName, leftValue] = left[index] as [string, unknown];
    const [rightName, rightValue] = right[index] as [string, unknown];
    const order =
      typeRank(leftValue) - typeRank(rightValue) ||
      byCodeUnit(leftName, rightName) ||
      compareValues(leftValue, rightValue, strings);
    if (order !== 0) return order;
  }
  return left.length - right.length;
}
