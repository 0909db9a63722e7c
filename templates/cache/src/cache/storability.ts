import type { HeaderField } from './entry.js';
import { headerValue, membersOf } from './response-headers.js';

const STORED_STATUSES = new Set([200, 203, 204, 301, 404, 410]);

const NO_LIFETIME_DIRECTIVES = ['no-store', 'private', 'no-cache'] as const;

/** Why a response with this status and these headers of the chain is never stored; undefined when it may be. */
export function responseRefusal(status: number, headers: readonly HeaderField[]): string | undefined {
  if (!STORED_STATUSES.has(status)) return `status ${status}`;
  const names = new Set(headers.map(([name]) => name.toLowerCase()));
  if (names.has('set-cookie')) return 'sets a cookie';
  if (names.has('content-range')) return 'part of a resource';
  if (membersOf(headerValue(headers, 'vary')).includes('*')) return 'Vary: *';
  if (headerValue(headers, 'content-type')?.startsWith('text/event-stream')) return 'event stream';
  const directives = parseCacheControl(headerValue(headers, 'cache-control'));
  const forbidden = NO_LIFETIME_DIRECTIVES.find((directive) => directives.has(directive));
  return forbidden === undefined ? undefined : `Cache-Control: ${forbidden}`;
}

/** Seconds that the response may be kept: `ttlSeconds`, or less where its headers say so. Zero or less: not at all. */
export function lifetime(
  headers: readonly HeaderField[],
  age: number,
  ttlSeconds: number,
  now: number,
): number {
  const declared = declaredLifetime(headers, now);
  return declared === undefined ? ttlSeconds : Math.min(ttlSeconds, declared - age);
}

function declaredLifetime(headers: readonly HeaderField[], now: number): number | undefined {
  const directives = parseCacheControl(headerValue(headers, 'cache-control'));
  const maxAge = directives.get('s-maxage') ?? directives.get('max-age');
  if (maxAge !== undefined) return /^\d+$/.test(maxAge) ? Number(maxAge) : 0;
  const expires = headerValue(headers, 'expires');
  if (expires === undefined) return undefined;
  const at = Date.parse(expires);
  return Number.isNaN(at) ? 0 : (at - now) / 1000;
}

/** Directives in lower case with their arguments; of a directive that is repeated, the one that keeps it shorter. */
function parseCacheControl(value: string | undefined): ReadonlyMap<string, string> {
  const directives = new Map<string, string>();
  for (const [, name = '', quoted, plain] of (value ?? '').matchAll(
    /([^\s,=]+)(?:=(?:"([^"]*)"|([^\s,]*)))?/g,
  )) {
    const argument = quoted ?? plain ?? '';
    const known = directives.get(name.toLowerCase());
    if (known === undefined || Number(argument) < Number(known)) directives.set(name.toLowerCase(), argument);
  }
  return directives;
}
