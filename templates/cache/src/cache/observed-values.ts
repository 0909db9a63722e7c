import { observeEntries } from './dictionary.js';
import { isDocument, type MongooseDocument } from './document.js';
import { isLogger } from './fingerprint-identity.js';
import { isDictionary } from './inputs-read.js';
import { observedProxy } from './observed-proxies.js';
import type { Place, ReadLog } from './observed-reads.js';
import type { SessionWatch } from './observed-session.js';

/** What one observation needs to hand out values, and to put everything back. */
export interface ObservedRequest {
  readonly log: ReadLog;
  readonly session: SessionWatch;
  /** Run in reverse order when the observation stops. */
  readonly undo: (() => void)[];
}

/**
 * The value as the chain shall see it. Dictionaries become a Proxy and documents note their fields; any other object
 * stays itself, because code may compare it with others, and is an input as a whole.
 */
export function observeValue(observed: ObservedRequest, place: Place, value: unknown): unknown {
  const { log, session } = observed;
  if (!log.observing) return value;
  if (typeof value !== 'object' || value === null) {
    log.note({ op: 'get', ...place }, value);
    return value;
  }
  if (isLogger(value)) return value;
  if (isDictionary(place.path, value)) return observeDictionary(observed, place, value);
  if (isDocument(value)) observeDocument(observed, place, value);
  else log.note({ op: 'get', ...place }, value);
  session.handedOut(place, value);
  return value;
}

function observeDictionary(observed: ObservedRequest, place: Place, value: object): object {
  const { log, session } = observed;
  if (place.path[0] !== 'headers') log.note({ op: 'kind', ...place }, value);
  return observeEntries(log, place, value, {
    view: (entry, content) => {
      session.used(entry, content);
      return observeValue(observed, entry, content);
    },
    onWrite: place.path[0] === 'session' ? (key) => session.wrote(key) : undefined,
  });
}

function observeDocument({ log, undo }: ObservedRequest, place: Place, document: MongooseDocument): void {
  const fields = document._doc;
  const proxy = observedProxy(fields);
  if (proxy !== undefined && proxy.request === log.request && log.proxies.get(proxy.raw) === fields) return;
  if (proxy !== undefined || typeof fields !== 'object' || fields === null) {
    log.note({ op: 'get', ...place }, document); // another request observes the same document
    return;
  }
  log.note({ op: 'kind', ...place }, document);
  const entries = { on: place.on, path: [...place.path, '_doc'] };
  const view = (entry: Place, value: unknown) => {
    log.note({ op: 'get', ...entry }, value, document);
    return value;
  };
  const observedFields = observeEntries(log, entries, fields, { view, within: document });
  document._doc = observedFields as Record<string, unknown>;
  undo.push(() => {
    if (document._doc === observedFields) document._doc = fields;
  });
}
