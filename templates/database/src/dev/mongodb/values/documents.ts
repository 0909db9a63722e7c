import { type DeserializeOptions, deserialize, serialize } from 'bson';

/** A MongoDB document as JavaScript sees it: numbers promoted, everything else as its BSON class. */
export type Document = Record<string, unknown>;

const READING: DeserializeOptions = { promoteBuffers: false, useBigInt64: false };

export function decode(bytes: Uint8Array, options: DeserializeOptions = {}): Document {
  return deserialize(bytes, { ...READING, ...options }) as Document;
}

export function encode(document: Document): Uint8Array {
  return serialize(document, { ignoreUndefined: true });
}

export function isDocument(value: unknown): value is Document {
  return typeof value === 'object' && value !== null && value.constructor === Object;
}

/** Copies objects and arrays; the leaves are shared, for nothing ever changes them in place. */
export function cloneValue<T>(value: T): T {
  if (Array.isArray(value)) return value.map(cloneValue) as T;
  if (!isDocument(value)) return value;
  const copy: Document = {};
  for (const name of Object.keys(value)) copy[name] = cloneValue(value[name]);
  return copy as T;
}
