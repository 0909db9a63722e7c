import type { IncomingMessage } from 'node:http';

/** The preconditions of a request, as it came. */
export interface Preconditions {
  readonly ifNoneMatch: string | undefined;
  readonly ifModifiedSince: string | undefined;
  /** A client that reloads wants the whole answer. */
  readonly reload: boolean;
}

/** What a response tells of its version. */
export interface Validators {
  readonly etag: string | undefined;
  readonly lastModified: string | undefined;
}

export function preconditionsOf({ headers }: IncomingMessage): Preconditions {
  return {
    ifNoneMatch: headers['if-none-match'],
    ifModifiedSince: headers['if-modified-since'],
    reload: /(?:^|,)\s*no-cache\s*(?:,|$)/i.test(headers['cache-control'] ?? ''),
  };
}

/** Whether 304 is the answer: the client has what a response with this status and these validators would bring. */
export function isNotModified(wanted: Preconditions, status: number, has: Validators): boolean {
  if (status < 200 || status > 299 || wanted.reload) return false;
  if (wanted.ifNoneMatch !== undefined) return matches(wanted.ifNoneMatch, has.etag);
  if (wanted.ifModifiedSince === undefined || has.lastModified === undefined) return false;
  return Date.parse(has.lastModified) <= Date.parse(wanted.ifModifiedSince);
}

/** Entity tags are compared weakly. */
function matches(ifNoneMatch: string, etag: string | undefined): boolean {
  if (etag === undefined) return false;
  if (ifNoneMatch.trim() === '*') return true;
  const known = ifNoneMatch.match(/(?:W\/)?"[^"]*"/g) ?? [];
  return known.some((candidate) => opaque(candidate) === opaque(etag));
}

function opaque(etag: string): string {
  return etag.replace(/^W\//, '');
}
