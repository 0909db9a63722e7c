import type { ts } from 'ts-morph';
import type { Finding } from './effect-finding.js';
import type { EffectKind } from './facts.js';

const RESPONSE_METHODS: Readonly<Record<string, EffectKind>> = {
  cookie: 'sets-cookie',
  clearCookie: 'sets-cookie',
  redirect: 'redirect',
  write: 'stream',
  flushHeaders: 'stream',
  sendFile: 'file',
  sendfile: 'file',
  download: 'file',
  attachment: 'file',
  render: 'render',
  json: 'json',
  jsonp: 'json',
  send: 'json',
  end: 'json',
  sendStatus: 'json',
};
const HEADER_METHODS: ReadonlySet<string> = new Set(['set', 'header', 'setHeader', 'append', 'writeHead']);
const LOGIN_METHODS: ReadonlySet<string> = new Set(['login', 'logIn', 'logout', 'logOut']);
const SESSION_METHODS: ReadonlySet<string> = new Set(['destroy', 'regenerate', 'save', 'reload', 'touch']);
const WHO_ASKS =
  /^_?(user|auth|account|currentUser|userId|session|sessionID|cookies|signedCookies|profile|admin|token|jwt|isAuthenticated|tenant\w*|company\w*|organi[sz]ation\w*)$/;

/** What a method of the response does; a header method by the header that it sets. */
export function responseEffect(name: string, args: readonly ts.Expression[]): Finding | undefined {
  const kind = Object.hasOwn(RESPONSE_METHODS, name) ? RESPONSE_METHODS[name] : undefined;
  if (kind !== undefined) return { kind, what: `res.${name}(...)` };
  if (!HEADER_METHODS.has(name)) return undefined;
  const text = args.map((argument) => argument.getText()).join(' ');
  if (/set-cookie/i.test(text)) return { kind: 'sets-cookie', what: `res.${name}('Set-Cookie')` };
  return /text\/event-stream/i.test(text) ? { kind: 'stream', what: 'text/event-stream' } : undefined;
}

/** What a method call on the request, or on something below it, does. */
export function requestCallEffect(
  path: readonly string[],
  args: readonly ts.Expression[],
): Finding | undefined {
  const [first = '', last] = [path[0], path.at(-1) ?? ''];
  const what = `req.${path.join('.')}()`;
  if (path.length === 1 && LOGIN_METHODS.has(first)) return { kind: 'sets-cookie', what };
  if (first === 'flash') return { kind: 'session-write', what };
  if (first === 'session' && SESSION_METHODS.has(last)) return { kind: 'session-write', what };
  const readsHeader =
    path.length === 1 &&
    (first === 'get' || first === 'header') &&
    /authorization|cookie|x-api-key/i.test(args[0]?.getText() ?? '');
  return readsHeader ? { kind: 'identity', what: `req.${first}(${args[0]?.getText()})` } : undefined;
}

/** Reading who asks: `req.user`, `req.session`, `req.headers.authorization`, `res.locals.user`. */
export function identityRead(holder: 'req' | 'res', path: readonly string[]): Finding | undefined {
  const names = holder === 'res' ? (path[0] === 'locals' ? path.slice(1) : []) : path;
  const isHeader =
    names[0] === 'headers' && /^(authorization|cookie|x-api-key|x-access-token)$/i.test(names[1] ?? '');
  const isIdentity = isHeader || (names[0] !== undefined && WHO_ASKS.test(names[0]));
  return isIdentity
    ? { kind: 'identity', what: `${holder}.${path.slice(0, isHeader || holder === 'res' ? 2 : 1).join('.')}` }
    : undefined;
}
