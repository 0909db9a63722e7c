import { Buffer } from 'node:buffer';
import { encode } from '../values/documents.js';

/** A reply that is already BSON. */
export class EncodedReply {
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }
}

const DOCUMENT = 0x03;
const ARRAY = 0x04;

/** `{ cursor: { [batch]: documents, id, ns }, ok: 1 }`, with the documents' bytes copied instead of parsed and written. */
export function cursorReply(
  batch: string,
  documents: readonly Uint8Array[],
  id: bigint,
  ns: string,
): EncodedReply {
  const items = documents.flatMap((document, index) => [element(DOCUMENT, String(index)), document]);
  const cursor = wrap([element(ARRAY, batch), wrap(items), fieldsOf({ id, ns })]);
  return new EncodedReply(wrap([element(DOCUMENT, 'cursor'), cursor, fieldsOf({ ok: 1 })]));
}

function element(type: number, name: string): Buffer {
  return Buffer.from(`${String.fromCharCode(type)}${name}\0`, 'latin1');
}

/** The elements of a document without its length and its terminator. */
function fieldsOf(document: Record<string, unknown>): Uint8Array {
  return encode(document).subarray(4, -1);
}

function wrap(parts: readonly Uint8Array[]): Buffer {
  const length = parts.reduce((sum, part) => sum + part.length, 5);
  const prefix = Buffer.alloc(4);
  prefix.writeInt32LE(length);
  return Buffer.concat([prefix, ...parts, Buffer.of(0)], length);
}
