import { Socket } from 'node:net';
import { placeOf, type ReadLog } from './observed-reads.js';

// What a socket tells about the caller or the connection. Libraries ask it for `readable` or `destroyed` on every
// request (on-finished does), which must cost no hits.
const FACTS = [
  ...['remoteAddress', 'remotePort', 'remoteFamily', 'localAddress', 'localPort', 'localFamily', '_peername'],
  ...[
    'encrypted',
    'authorized',
    'authorizationError',
    'alpnProtocol',
    'servername',
    'bytesRead',
    'bytesWritten',
  ],
];
const METHODS = [
  'address',
  'getPeerCertificate',
  'getPeerX509Certificate',
  'getProtocol',
  'getCipher',
  'getSession',
];

const OWN = new Set([
  ...Object.keys(new Socket()),
  ...['server', 'parser', 'on', 'addListener', 'prependListener', 'setEncoding', 'ssl', 'secureConnecting'],
]);

interface WatchedSocket {
  readonly logs: Set<ReadLog>;
  restore(): void;
}

const watched = new WeakMap<object, WatchedSocket>();

/**
 * Notes facts that are read of a socket from now on. Pipelined requests share a socket; a read then counts for all of
 * them. Returns the function that ends it for this log.
 */
export function observeSocket(log: ReadLog, socket: object): () => void {
  const watch = watched.get(socket) ?? watchSocket(socket);
  watch.logs.add(log);
  return () => {
    watch.logs.delete(log);
    if (watch.logs.size > 0 || watched.get(socket) !== watch) return;
    watched.delete(socket);
    watch.restore();
  };
}

function watchSocket(socket: object): WatchedSocket {
  const logs = new Set<ReadLog>();
  const facts = [...FACTS.filter((name) => name in socket), ...namesOfApp(socket)];
  const restores = [
    ...facts.map((name) => shadow(socket, name, (read) => noteFact(logs, name, read()))),
    ...METHODS.filter((name) => name in socket).map((name) =>
      shadow(socket, name, (read) => noteCalls(logs, socket, name, read())),
    ),
  ];
  const watch = { logs, restore: () => restores.forEach((restore) => void restore()) };
  watched.set(socket, watch);
  return watch;
}

/** Properties that the application hung on the connection. */
function namesOfApp(socket: object): string[] {
  return Object.keys(socket).filter(
    (name) => !name.startsWith('_') && !OWN.has(name) && !FACTS.includes(name),
  );
}

function noteFact(logs: ReadonlySet<ReadLog>, name: string, value: unknown): unknown {
  for (const log of logs) {
    const place = placeOf(log, { on: 'req', path: ['socket'] }, name);
    if (place !== undefined) log.note({ op: 'get', ...place }, value);
  }
  return value;
}

function noteCalls(logs: ReadonlySet<ReadLog>, socket: object, name: string, method: unknown): unknown {
  if (typeof method !== 'function') return method;
  return (...args: unknown[]): unknown => {
    const result = Reflect.apply(method, socket, args) as unknown;
    for (const log of logs) log.note({ op: 'call', on: 'req', path: ['socket', name], args }, result);
    return result;
  };
}

/** Puts accessors over a property of the socket; the returned function takes them away. */
function shadow(socket: object, name: string, view: (read: () => unknown) => unknown): () => void {
  const own = Object.getOwnPropertyDescriptor(socket, name);
  if (own !== undefined && !own.configurable) return () => {};
  let value: unknown;
  let isReplaced = false;
  const below = (): unknown =>
    own ? readOwn(own, socket) : Reflect.get(Object.getPrototypeOf(socket) as object, name, socket);
  const get = (): unknown => view(() => (isReplaced ? value : below()));
  const set = (replacement: unknown): void => {
    value = replacement;
    isReplaced = true;
  };
  Object.defineProperty(socket, name, { configurable: true, enumerable: own?.enumerable ?? false, get, set });
  return () => {
    if (Object.getOwnPropertyDescriptor(socket, name)?.get !== get) return;
    delete (socket as Record<string, unknown>)[name];
    if (own !== undefined) Object.defineProperty(socket, name, own);
    if (isReplaced) (socket as Record<string, unknown>)[name] = value;
  };
}

function readOwn(descriptor: PropertyDescriptor, owner: object): unknown {
  return descriptor.get ? (descriptor.get.call(owner) as unknown) : (descriptor.value as unknown);
}
