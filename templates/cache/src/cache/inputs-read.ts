import type { InputRead } from './contracts.js';
import { documentState, isDocument } from './document.js';
import { isSecretPath, seal } from './fingerprint.js';
import { Encoder, encodePrimitive } from './fingerprint-encode.js';
import { isPlainObject, isProcessLocalName } from './fingerprint-identity.js';

/** Properties that hold one entry per name; every entry is an input of its own. */
const DICTIONARIES = new Set(['headers', 'cookies', 'signedCookies', 'query', 'body', 'locals', 'session']);

// The cache answers conditional requests itself, so the chain must not see that a request is one.
const CONDITIONAL_HEADERS = new Set(['if-none-match', 'if-modified-since']);

export function isDictionary(path: readonly string[], value: object): boolean {
  const [name] = path;
  if (path.length !== 1 || name === undefined || !DICTIONARIES.has(name) || !Object.isExtensible(value))
    return false;
  return isPlainObject(value) || (name === 'session' && !Array.isArray(value));
}

/** Whether the chain is not shown this entry of the dictionary at `path`. */
export function isHiddenEntry(path: readonly string[], key: PropertyKey): boolean {
  return (
    path.length === 1 && path[0] === 'headers' && typeof key === 'string' && CONDITIONAL_HEADERS.has(key)
  );
}

/** The fingerprint of what a read gave, with what its encoder found out about the value. */
export interface EncodedInput {
  readonly fingerprint: string;
  readonly local: boolean;
  readonly firstSeen: string | undefined;
}

export interface EncodingContext {
  /** Recording numbers unknown identities; comparing does not. */
  readonly records: boolean;
  readonly request: object;
  /** The observed document that the value is a part of. */
  readonly within?: object | undefined;
}

/** Throws `UnfingerprintableError`, and what getters of the value throw. */
export function encodeInput(read: InputRead, value: unknown, context: EncodingContext): EncodedInput {
  const secret = isSecretPath(read.path);
  const local = read.path.some(isProcessLocalName);
  const primitive = encodePrimitive(value);
  if (primitive !== undefined && primitive.length < 10_000) {
    return { fingerprint: seal(primitive, secret), local, firstSeen: undefined };
  }
  const encoder = new Encoder(context.records, context.request, context.within);
  const text = read.op === 'kind' ? kindOf(read.path, value, encoder) : contentOf(read.path, value, encoder);
  return { fingerprint: seal(text, secret), local: local || encoder.local, firstSeen: encoder.firstSeen };
}

function kindOf(path: readonly string[], value: unknown, encoder: Encoder): string {
  if (typeof value !== 'object' || value === null) return encoder.encode(value);
  if (isDictionary(path, value)) return 'K{}';
  return isDocument(value) ? documentState(value, encoder) : `K${encoder.prototype(value)}`;
}

function contentOf(path: readonly string[], value: unknown, encoder: Encoder): string {
  if (typeof value !== 'object' || value === null || !isDictionary(path, value)) return encoder.encode(value);
  if (path[0] !== 'headers') return encoder.properties(value, true);
  const shown = Object.entries(value).filter(([name]) => !isHiddenEntry(path, name));
  return encoder.properties(Object.fromEntries(shown), true);
}
