import type { Request, Response } from 'express';
import { isNotModified, type Preconditions, preconditionsOf } from './conditional.js';
import type { Entry } from './entry.js';
import { explain } from './explain.js';
import { becomeNotModified, type ResponseHead } from './response-capture.js';
import { headerValue, mergeMembers } from './response-headers.js';

/** Answers from `entry` as the chain would have answered, and ends the response. */
export function replay(request: Request, response: Response, entry: Entry, now: number = Date.now()): void {
  response.statusCode = entry.status;
  if (entry.statusMessage !== undefined) response.statusMessage = entry.statusMessage;
  replayHeaders(response, entry);
  response.setHeader('Age', String(Math.max(0, Math.floor((now - entry.storedAt) / 1000))));
  explain(response, { kind: 'hit', secondsLeft: (entry.expiresAt - now) / 1000, reason: reservation(entry) });
  if (isUnchanged(preconditionsOf(request), entry)) {
    becomeNotModified(response);
    response.end();
  } else if (request.method === 'HEAD') {
    if (entry.status !== 204) response.setHeader('Content-Length', entry.body.length);
    response.end();
  } else if (entry.body.length === 0) {
    response.end();
  } else {
    response.end(entry.body);
  }
}

/** Which services those are is nobody's business outside. */
function reservation({ external }: Entry): string | undefined {
  return external.length === 0 ? undefined : 'what other services answered may have changed since';
}

function replayHeaders(response: Response, entry: Entry): void {
  for (const name of entry.removedHeaders) response.removeHeader(name);
  for (const [name, value] of entry.headers) {
    if (name.toLowerCase() === 'vary') mergeMembers(response, name, String(value));
    else response.setHeader(name, value);
  }
}

export function isUnchanged(
  preconditions: Preconditions,
  { status, headers }: Omit<Entry, 'body'> | ResponseHead,
): boolean {
  const validators = {
    etag: headerValue(headers, 'etag'),
    lastModified: headerValue(headers, 'last-modified'),
  };
  return isNotModified(preconditions, status, validators);
}
