import type { Token } from './contracts.js';

export type HeaderValue = string | readonly string[];

/** Name as the handler wrote it, and value. */
export type HeaderField = readonly [name: string, value: HeaderValue];

/** What the chain answered: the bytes as it wrote them and the headers that it set. */
export interface CapturedResponse {
  readonly status: number;
  /** Undefined: the standard phrase of the status. */
  readonly statusMessage: string | undefined;
  readonly headers: readonly HeaderField[];
  /** Headers of earlier middleware that the chain took away, in lower case. */
  readonly removedHeaders: readonly string[];
  readonly body: Buffer;
}

export interface Entry extends CapturedResponse {
  /** Nothing in `tags` had a later number when the response was computed, or last checked. */
  readonly token: Token;
  readonly tags: readonly string[];
  /** Services that were called while computing it; their changes are bounded by the lifetime only. */
  readonly external: readonly string[];
  /** Milliseconds since 1970. */
  readonly storedAt: number;
  readonly expiresAt: number;
}

/** Memory that an entry takes, roughly: strings count two bytes per character. */
export function entrySize(key: string, entry: Entry): number {
  const headers = entry.headers.reduce((sum, [name, value]) => sum + name.length + String(value).length, 0);
  const labels = [...entry.tags, ...entry.external].reduce((sum, label) => sum + label.length, 0);
  return 256 + entry.body.length + 2 * (key.length + headers + labels);
}

const HEAD_LENGTH_BYTES = 4;

/** Length of the head, the head as JSON, the body as it is. */
export function encodeEntry(entry: Entry): Buffer {
  const { body, token: _keptBesides, ...rest } = entry;
  const head = Buffer.from(JSON.stringify(rest));
  const length = Buffer.alloc(HEAD_LENGTH_BYTES);
  length.writeUInt32BE(head.length);
  return Buffer.concat([length, head, body]);
}

/** Throws on bytes that `encodeEntry` did not make. */
export function decodeEntry(bytes: Buffer, token: Token): Entry {
  const bodyAt = HEAD_LENGTH_BYTES + bytes.readUInt32BE(0);
  const head = JSON.parse(bytes.toString('utf8', HEAD_LENGTH_BYTES, bodyAt)) as Omit<Entry, 'body' | 'token'>;
  return { ...head, statusMessage: head.statusMessage, token, body: bytes.subarray(bodyAt) };
}
