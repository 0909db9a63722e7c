import { IncomingMessage, ServerResponse } from 'node:http';

const bareRequest = new IncomingMessage(null as never);
const bareResponse = new ServerResponse(bareRequest);

// Routing state, which the route's key holds, and plumbing that carries nothing of the caller.
const REQUEST_PLUMBING = [
  ...[
    'next',
    'baseUrl',
    'originalUrl',
    '_parsedUrl',
    '_parsedOriginalUrl',
    'params',
    'route',
    'res',
    'url',
    'method',
  ],
  ...['__onFinished', 'sessionStore', '_consuming', 'client'],
];
const RESPONSE_PLUMBING = [
  ...[
    'req',
    '__onFinished',
    'socket',
    'write',
    'end',
    'writeHead',
    'flushHeaders',
    'flush',
    'writeProcessing',
  ],
  ...['on', 'addListener', '_startAt', '_startTime', 'statusCode', 'statusMessage', 'assignSocket'],
  ...['_maxRequestsPerSocket', 'writeContinue', 'writeEarlyHints'],
];

const REQUEST_OWN = new Set<PropertyKey>([...Reflect.ownKeys(bareRequest), ...REQUEST_PLUMBING]);
const RESPONSE_OWN = new Set<PropertyKey>([...Reflect.ownKeys(bareResponse), ...RESPONSE_PLUMBING]);

// Express's router marks the matched route for its tracing channel, Node caches header names, and we observe.
const PLUMBING_SYMBOL =
  /^(cache\.observed$|router\.tracing|kUniqueHeaders|kHeadersDistinct|kTrailersDistinct)/;

/** Keys that middleware put on the request, as strings and symbols. */
export function addedToRequest(req: object): PropertyKey[] {
  return Reflect.ownKeys(req).filter((key) => !REQUEST_OWN.has(key) && !isPlumbingSymbol(key));
}

/** Keys that middleware put on the response. */
export function addedToResponse(res: object): PropertyKey[] {
  return Reflect.ownKeys(res).filter((key) => !RESPONSE_OWN.has(key) && !isPlumbingSymbol(key));
}

function isPlumbingSymbol(key: PropertyKey): boolean {
  return typeof key === 'symbol' && PLUMBING_SYMBOL.test(key.description ?? '');
}
