import { Double, Int32, Long } from 'bson';
import { type Document, decode, encode, isDocument } from '../values/documents.js';
import { keyOf } from '../values/key.js';

/** A document at rest, never changed in place: as queries see it, and as the bytes that the client sent. */
export interface Stored {
  readonly id: string;
  readonly document: Document;
  readonly bytes: Uint8Array;
}

export function toStored(bytes: Uint8Array): Stored {
  const document = decode(bytes);
  return { id: keyOf(document._id), document, bytes };
}

/** The next version of a document; numbers that the update left alone keep their BSON type. */
export function nextVersion(previous: Stored, document: Document): Stored {
  const typed = decode(previous.bytes, { promoteValues: false });
  return { id: previous.id, document, bytes: encode(retyped(document, typed) as Document) };
}

function retyped(value: unknown, before: unknown): unknown {
  if (typeof value === 'number') return isNumberClass(before) && Number(before) === value ? before : value;
  if (Array.isArray(value))
    return value.map((item, index) => retyped(item, Array.isArray(before) ? before[index] : 0));
  if (!isDocument(value)) return value;
  const fields = isDocument(before) ? before : {};
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [name, retyped(field, fields[name])]),
  );
}

function isNumberClass(value: unknown): boolean {
  return value instanceof Double || value instanceof Int32 || value instanceof Long;
}
