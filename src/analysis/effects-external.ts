import type { Finding } from './effect-finding.js';
import type { EffectKind } from './facts.js';
import type { ExternalValue } from './values.js';

const PACKAGES: readonly [EffectKind, RegExp][] = [
  ['mail', /^(nodemailer|@sendgrid\/mail|resend|mailgun|postmark|node-mailjet|emailjs)/],
  [
    'external-call',
    /^(axios|got|superagent|request|request-promise|node-fetch|undici|cross-fetch|ky|needle|http|https|http2|net|child_process|stripe|twilio|openai|cloudinary|node-geocoder|googleapis|firebase-admin|aws-sdk|@aws-sdk\/.+|@google-cloud\/.+|@octokit\/.+|amqplib|kafkajs)$/,
  ],
  [
    'cache',
    /^(redis|ioredis|node-cache|memory-cache|apicache|lru-cache|cache-manager|keyv|express-redis-cache|route-cache|express-cache-controller)$/,
  ],
  ['random', /^(uuid|nanoid|shortid|cuid|ulid|@faker-js\/faker|faker)$/],
];
/** Of these only calls that take no argument read the clock. */
const CLOCKS = /^(moment|moment-timezone|dayjs|luxon|date-fns)$/;
const FILE_CALLS =
  /^(write|append|unlink|rm|rename|mkdir|copy|createReadStream|createWriteStream|readFile|readdir|stat)/;
const GUARDS: Readonly<Record<string, RegExp>> = {
  passport: /^(authenticate|authorize)$/,
  jsonwebtoken: /^verify$/,
  jose: /^jwtVerify$/,
  'express-jwt': /./,
  'express-basic-auth': /./,
  'express-oauth2-jwt-bearer': /./,
  'express-openid-connect': /^requiresAuth$/,
  'connect-ensure-login': /./,
  'express-rate-limit': /./,
  'express-slow-down': /./,
  'rate-limiter-flexible': /^consume$/,
};

/** What calling something from a package is known to do. */
export function externalEffect({ module, path }: ExternalValue, argumentCount: number): Finding | undefined {
  const name = path.filter((part) => part !== '()').at(-1) ?? '';
  const what = `${[module, ...path].join('.').replaceAll('.()', '()')}()`;
  if (isGuard({ kind: 'external', module, path })) return { kind: 'denies', what, verifies: true };
  const kind = PACKAGES.find(([, packages]) => packages.test(module))?.[0];
  if (kind !== undefined) return { kind, what };
  if (CLOCKS.test(module) && argumentCount === 0 && path.every((part) => part === 'now' || part === 'utc'))
    return { kind: 'clock', what };
  if (module === 'crypto' && /^random/.test(name)) return { kind: 'random', what };
  if (/^fs(-extra|\/promises)?$/.test(module) && FILE_CALLS.test(name)) return { kind: 'file', what };
  return module === 'async_hooks' ? { kind: 'async-local-storage', what } : undefined;
}

export function isGuard({ module, path }: ExternalValue): boolean {
  const names = Object.hasOwn(GUARDS, module) ? GUARDS[module] : undefined;
  const name = path.filter((part) => part !== '()').at(-1) ?? module;
  return names?.test(name) ?? false;
}

/** What calling one of JavaScript's own functions does. */
export function globalEffect(path: readonly string[]): Finding | undefined {
  const name = path.join('.');
  if (name === 'Date.now' || name === 'performance.now' || name === 'process.hrtime')
    return { kind: 'clock', what: `${name}()` };
  if (name === 'Math.random' || /^crypto\.random/.test(name)) return { kind: 'random', what: `${name}()` };
  return name === 'fetch' || name === 'globalThis.fetch'
    ? { kind: 'external-call', what: 'fetch()' }
    : undefined;
}
