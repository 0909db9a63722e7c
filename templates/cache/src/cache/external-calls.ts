import { subscribe } from 'node:diagnostics_channel';
import type { ClientRequest } from 'node:http';
import { currentScope } from './trace.js';

let observing = false;

/** From now on the origins of outgoing HTTP calls are noted in the trace that makes them. Calling it again has no effect. */
export function observeExternalCalls(): void {
  if (observing) return;
  observing = true;
  subscribe('http.client.request.start', (message) => note(originOfRequest(message)));
  subscribe('undici:request:create', (message) => note(originOfFetch(message)));
}

function note(origin: string | undefined): void {
  if (origin !== undefined) currentScope()?.trace?.external.add(origin);
}

function originOfRequest(message: unknown): string | undefined {
  const { request } = message as { request: ClientRequest };
  return originOf(`${request.protocol}//${request.getHeader('host') ?? request.host}`);
}

function originOfFetch(message: unknown): string | undefined {
  const { request } = message as { request: { origin?: string | URL } };
  return request.origin === undefined ? undefined : originOf(String(request.origin));
}

/** Without the credentials that the address may carry. */
function originOf(address: string): string | undefined {
  return URL.canParse(address) ? new URL(address).origin : 'an unknown service';
}
