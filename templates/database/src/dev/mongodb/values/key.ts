import { Binary, Decimal128, Long, ObjectId } from 'bson';

/**
 * A string that is the same for two values exactly when MongoDB holds them equal, so that a Map can index them.
 * Missing and null share a key, as they do in an index.
 */
export function keyOf(value: unknown): string {
  if (value === null || value === undefined) return 'z';
  switch (typeof value) {
    case 'string':
      return `s${value}`;
    case 'number':
      return `n${value === 0 ? 0 : value}`;
    case 'boolean':
      return value ? 't' : 'f';
    case 'bigint':
      return numberKey(String(value));
    default:
      return objectKey(value);
  }
}

function objectKey(value: object): string {
  if (value instanceof ObjectId) return `o${value.toHexString()}`;
  if (value instanceof Date) return `d${value.getTime()}`;
  if (Array.isArray(value)) return `[${value.map(delimited).join('')}]`;
  if (value instanceof Long || value instanceof Decimal128) return numberKey(value.toString());
  if (value instanceof Binary) return `b${value.sub_type}:${value.toString('base64')}`;
  if (value instanceof RegExp) return `r${String(value)}`;
  if ('_bsontype' in value) return `${String(value._bsontype)}${JSON.stringify(value)}`;
  return `{${Object.entries(value)
    .map(([name, field]) => delimited(name) + delimited(field))
    .join('')}}`;
}

/** With its length in front, so that no value can imitate the end of another. */
function delimited(value: unknown): string {
  const key = keyOf(value);
  return `${key.length}:${key}`;
}

const SIGNIFICANT_DIGITS_OF_A_DOUBLE = 15;

function numberKey(digits: string): string {
  const significant = digits
    .replace(/[eE].*$/, '')
    .replace(/[-.]/g, '')
    .replace(/^0+/, '');
  return significant.length > SIGNIFICANT_DIGITS_OF_A_DOUBLE && !isExact(digits)
    ? `n${digits}`
    : keyOf(Number(digits));
}

function isExact(digits: string): boolean {
  return String(Number(digits)) === digits;
}
