import { createHash } from 'node:crypto';
import { Encoder } from './fingerprint-encode.js';

const PLAIN_LIMIT = 96;
/** Primitives, ids, dates and kinds may be shown; an object's text could hold a secret anywhere. */
const SHOWN = new Set(['s', 'd', 't', 'f', 'u', 'b', 'n', 'O', 'D', 'K', '@']);

/** Equal for values that code cannot tell apart, within this process. Throws for values over the limits of the walk. */
export function fingerprint(value: unknown): string {
  return seal(new Encoder(true).encode(value), false);
}

/** Shortens canonical text to a fingerprint; secrets, objects and long values become a SHA-256. */
export function seal(text: string, secret: boolean): string {
  if (text.length <= 1) return text;
  if (!secret && text.length <= PLAIN_LIMIT && SHOWN.has(text.charAt(0))) return text;
  return `#${createHash('sha256').update(text).digest('base64')}`;
}

const SECRET_NAME =
  /^(headers|headersdistinct|rawheaders|cookies|signedcookies|sessionid|body)$|pass|secret|token|auth|session|cookie|key|credential|csrf/i;

/** Whether values under this path are shown to nobody, not even short ones. */
export function isSecretPath(path: readonly string[]): boolean {
  return path.some((name) => SECRET_NAME.test(name));
}
