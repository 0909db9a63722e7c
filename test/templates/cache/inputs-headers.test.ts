import cookieParser from 'cookie-parser';
import { adding, alternating, answering, describeCases, requests } from './support/inputs-cases.js';

const trusting = (read: Parameters<typeof answering>[0]) => {
  const build = answering(read);
  return (...args: Parameters<typeof build>) => {
    args[0].set('trust proxy', true);
    build(...args);
  };
};

describeCases('headers', {
  'nothing read: one entry for everybody': {
    build: answering(() => 1),
    steps: alternating({ a: '1' }, { a: '2', 'user-agent': 'z' }),
    served: 'MHHHHHHH',
  },
  'one header, by name': {
    build: answering((req) => req.headers['x-a']),
    steps: alternating({ 'X-A': '1' }, { 'x-a': '2' }),
    served: 'MHMHHMHH',
  },
  'req.get in any case': {
    build: answering((req) => `${req.get('X-A')}${req.header('x-b')}`),
    steps: alternating({ 'X-A': '1' }, { 'x-b': '2' }),
    served: 'MHMHHMHH',
  },
  'all but some headers': {
    build: answering((req) => {
      const { host, connection, ...rest } = req.headers;
      return rest;
    }),
    steps: alternating({ a: '1' }, { a: '2' }),
    served: 'MHMHHMHH',
  },
  rawHeaders: {
    build: answering((req) => req.rawHeaders.includes('1')),
    steps: alternating({ a: '1' }, { a: '2' }),
    served: 'MHMHHMHH',
  },
  headersDistinct: {
    build: answering((req) => req.headersDistinct.a),
    steps: alternating({ a: '1' }, { a: '2' }),
    served: 'MHMHHMHH',
  },
  'presence only': {
    build: answering((req) => 'x-a' in req.headers),
    steps: alternating({ 'x-a': '1' }, { 'x-a': '2' }),
    served: 'MHHHHMHH',
  },
  'headers replaced by the chain': {
    build: answering((req) => {
      req.headers = { 'x-a': 'fixed' };
      return req.headers['x-a'];
    }),
    steps: alternating({ 'x-a': '1' }, { 'x-a': '2' }),
    served: 'MHHHHHHH',
  },
  'accepts() by result': {
    build: answering((req) => req.accepts(['json', 'html'])),
    steps: alternating({ accept: 'text/html' }, { accept: 'text/html,*/*;q=0.8' }),
    served: 'MHHHHMHH',
  },
  'res.format': {
    build: (app, cache) =>
      app.get('/x', cache, (_req, res) =>
        res.format({ html: () => res.send('<b>'), json: () => res.json(1) }),
      ),
    steps: alternating({ accept: 'text/html' }, { accept: 'application/json' }),
    served: 'MHMHHHHH',
  },
  'is() by result': {
    build: answering((req) => req.is('json')),
    steps: alternating({ 'content-type': 'application/json' }, {}),
    served: 'MHHHHHHH',
  },
  'xhr by value': {
    build: answering((req) => req.xhr),
    steps: alternating({ 'x-requested-with': 'XMLHttpRequest' }, { 'x-requested-with': 'no' }),
    served: 'MHMHHHHH',
  },
  'what a trusted proxy tells': {
    build: trusting((req) =>
      [req.protocol, req.secure, req.hostname, req.ip, req.ips, req.subdomains].join(),
    ),
    steps: alternating(
      { 'x-forwarded-proto': 'https', 'x-forwarded-for': '1.2.3.4', host: 'a.b.example.com' },
      { 'x-forwarded-for': '1.2.3.5', host: 'a.b.example.com' },
    ),
    served: 'MHMHHMHH',
  },
  'the protocol alone is shared by all addresses': {
    build: trusting((req) => req.protocol),
    steps: alternating({ 'x-forwarded-for': '1.2.3.4' }, { 'x-forwarded-for': '1.2.3.5' }),
    served: 'MHHHHHHH',
  },
  'a conditional request is answered with content, and stored': {
    build: answering(() => 1),
    steps: requests({ 'if-none-match': '"zzz"' }, {}, {}),
    served: 'MHH',
  },
});

const cookies = (read: Parameters<typeof answering>[0]) => answering(read, cookieParser('key'));

describeCases('cookies', {
  'read by name': {
    build: cookies((req) => req.cookies.a + String(req.signedCookies.b)),
    steps: alternating({ cookie: 'a=1; _ga=7' }, { cookie: 'a=2' }),
    served: 'MHMHHMHH',
  },
  'other cookies do not matter': {
    build: cookies((req) => req.cookies.a),
    steps: alternating({ cookie: 'a=1; _ga=7' }, { cookie: 'a=1; _ga=9; z=1' }),
    served: 'MHHHHMHH',
  },
  'all of them': {
    build: cookies((req) => ({ ...req.cookies })),
    steps: alternating({ cookie: 'a=1' }, { cookie: 'a=2' }),
    served: 'MHMHHMHH',
  },
});

describeCases('names that middleware added', {
  'a string': {
    build: answering(
      (req) => req.companyId,
      adding((req) => ({ companyId: req.get('x-a'), other: Math.random() })),
    ),
    steps: alternating({ 'x-a': '1' }, { 'x-a': '2' }),
    served: 'MHMHHMHH',
  },
  'undefined, null, zero and missing differ': {
    build: answering(
      (req) => [String(req.u), typeof req.u, 'u' in req],
      adding((req) => {
        const values: Record<string, unknown> = { none: null, undefined: undefined, zero: 0, text: '0' };
        const kind = req.get('x-a') ?? '';
        return kind in values ? { u: values[kind] } : {};
      }),
    ),
    steps: requests(
      ...['none', 'undefined', 'zero', 'text', '', 'none', 'undefined', 'zero', 'text', ''].map((kind) => ({
        'x-a': kind,
      })),
    ),
    served: 'MMMMMHHHHH',
  },
  'a token payload is read as a whole': {
    build: answering(
      (req) => req.auth.role,
      adding((req) => ({ auth: { sub: req.get('x-a') ?? '', role: 'r' } })),
    ),
    steps: alternating({ 'x-a': '1' }, { 'x-a': '2' }),
    served: 'MHMHHMHH',
  },
  'an object that other code compares by identity': {
    build: (() => {
      const users = [{ id: 1 }, { id: 2 }];
      return answering(
        (req) => users.indexOf(req.user),
        adding((req) => ({ user: users[Number(req.get('x-a') ?? 0)] })),
      );
    })(),
    steps: alternating({ 'x-a': '0' }, { 'x-a': '1' }),
    served: 'MHMHHHHH',
  },
  'replaced in the chain: no input': {
    build: (app, cache) => {
      app.use(adding((req) => ({ user: { id: req.get('x-a') } })) as never);
      app.get(
        '/x',
        cache,
        adding(() => ({ user: { id: 'fixed' } })) as never,
        ((req: { user: { id: string } }, res: { json(v: unknown): void }) => res.json(req.user.id)) as never,
      );
    },
    steps: alternating({ 'x-a': '1' }, { 'x-a': '2' }),
    served: 'MHHHHHHH',
  },
  'a function that closes over this request': {
    build: answering(
      (req) => req.t(),
      adding((req) => ({ t: () => req.get('x-a') ?? null })),
    ),
    steps: alternating({ 'x-a': '1' }, { 'x-a': '2' }),
    served: 'SSSSSSSS',
  },
  'a symbol': {
    build: (() => {
      const key = Symbol('caller');
      return answering(
        (req) => req[key as never],
        adding((req) => ({ [key]: req.get('x-a') ?? 'none' })),
      );
    })(),
    steps: alternating({ 'x-a': '1' }, { 'x-a': '2' }),
    served: 'MHMHHMHH',
    check: ({ events }) => {
      if (events[0]?.shareable !== false) throw new Error('a symbol has a name in this process only');
    },
  },
  'a getter of its own': {
    build: answering(
      (req) => req.who,
      (req, _res, next) => {
        Object.defineProperty(req, 'who', { get: () => req.get('x-a') ?? null, configurable: true });
        next();
      },
    ),
    steps: alternating({ 'x-a': '1' }, { 'x-a': '2' }),
    served: 'MHMHHMHH',
  },
  'a property that cannot be redefined': {
    build: answering(
      (req) => req.who,
      (req, _res, next) => {
        Object.defineProperty(req, 'who', { value: req.get('x-a') ?? null });
        next();
      },
    ),
    steps: alternating({ 'x-a': '1' }, { 'x-a': '2' }),
    served: 'MHMHHMHH',
  },
  'a getter on the app’s request prototype': {
    build: (app, cache, express) => {
      Object.defineProperty(app.request, 'me', {
        configurable: true,
        get() {
          return this.headers['x-a'];
        },
      });
      answering((req) => req.me)(app, cache, express);
    },
    steps: alternating({ 'x-a': '1' }, { 'x-a': '2' }),
    served: 'MHMHHMHH',
  },
  'a copy of the request': {
    build: answering(
      (req) => ({ ...req }).user.id,
      adding((req) => ({ user: { id: req.get('x-a') ?? '' } })),
    ),
    steps: alternating({ 'x-a': '1' }, { 'x-a': '2' }),
  },
  'an object that inherits from the request': {
    build: answering(
      (req) => {
        const derived = Object.create(req);
        return [derived.user.id, derived.get('x-a'), derived.missing ?? 0];
      },
      adding((req) => ({ user: { id: req.get('x-a') ?? '' } })),
    ),
    steps: alternating({ 'x-a': '1' }, { 'x-a': '2' }),
    served: 'MHMHHMHH',
  },
  'branches read what they need': {
    build: answering(
      (req) => (req.role === 'admin' ? 'all' : req.owner),
      adding((req) => ({ role: req.get('x-r') ?? 'user', owner: req.get('x-a') ?? '' })),
    ),
    steps: requests(
      { 'x-r': 'admin', 'x-a': '1' },
      { 'x-r': 'admin', 'x-a': '2' },
      { 'x-a': '1' },
      { 'x-a': '2' },
      { 'x-a': '1' },
    ),
    served: 'MHMMH',
  },
});

describeCases('response headers of earlier middleware', {
  'read: an input': {
    build: answering(
      (_req, res) => res.getHeader('X-Tenant'),
      (req, res, next) => {
        res.setHeader('x-tenant', req.get('x-a') ?? '-');
        next();
      },
    ),
    steps: alternating({ 'x-a': '1' }, { 'x-a': '2' }),
    served: 'MHMHHMHH',
  },
  'unread: everybody keeps their own': {
    build: answering(
      () => 1,
      (req, res, next) => {
        res.setHeader('x-tenant', req.get('x-a') ?? '-');
        next();
      },
    ),
    steps: alternating({ 'x-a': '1' }, { 'x-a': '2' }),
    served: 'MHHHHHHH',
    check: ({ answers }) => {
      if (answers[2]?.headers['x-tenant'] !== '2') throw new Error('the hit carries the tenant of the miss');
    },
  },
  'all of them, and whether one is there': {
    build: answering(
      (_req, res) => [res.hasHeader('x-tenant'), res.getHeaders()['x-tenant'] ?? null],
      (req, res, next) => {
        if (req.get('x-a')) res.setHeader('x-tenant', String(req.get('x-a')));
        next();
      },
    ),
    steps: alternating({ 'x-a': '1' }, { 'x-a': '2' }),
    served: 'MHMHHMHH',
  },
  'a status that is set before': {
    build: answering(
      () => 1,
      (req, res, next) => {
        if (req.get('x-a')) res.status(202);
        next();
      },
    ),
    steps: requests({}, { 'x-a': '1' }, {}),
    served: 'MSH',
  },
});
