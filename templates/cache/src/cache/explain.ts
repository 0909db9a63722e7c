import type { ServerResponse } from 'node:http';

/** What the cache did with a request. Reasons name kinds of things, never values. */
export type CacheStatus =
  | { readonly kind: 'hit'; readonly secondsLeft: number; readonly reason?: string | undefined }
  | { readonly kind: 'miss'; readonly reason?: string | undefined }
  | { readonly kind: 'bypass'; readonly reason: string };

const CACHE_NAME = 'response-cache';
const LONGEST_REASON = 120;

/** Sets `X-Cache`, and `Cache-Status` (RFC 9211) behind what other caches said. */
export function explain(response: ServerResponse, status: CacheStatus): void {
  if (response.headersSent) return;
  const reason = printable(status.reason);
  response.setHeader(
    'X-Cache',
    reason ? `${status.kind.toUpperCase()}; reason=${reason}` : status.kind.toUpperCase(),
  );
  const earlier = response.getHeader('Cache-Status');
  const members = [CACHE_NAME, ...parameters(status), ...(reason ? [`detail=${quoted(reason)}`] : [])];
  response.setHeader('Cache-Status', [...(earlier ? [String(earlier)] : []), members.join('; ')].join(', '));
}

function parameters(status: CacheStatus): string[] {
  if (status.kind === 'hit') return ['hit', `ttl=${Math.round(status.secondsLeft)}`];
  if (status.kind === 'bypass') return ['fwd=bypass'];
  return status.reason === undefined ? ['fwd=miss'] : ['fwd=miss', 'stored=?0'];
}

/** Header values are printable ASCII. */
function printable(reason: string | undefined): string | undefined {
  return reason?.replace(/[^\x20-\x7e]/g, '?').slice(0, LONGEST_REASON);
}

function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}
