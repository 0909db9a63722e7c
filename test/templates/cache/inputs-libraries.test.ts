import { AsyncLocalStorage } from 'node:async_hooks';
import { createRequire } from 'node:module';
import { Writable } from 'node:stream';
import { celebrate, errors, Joi } from 'celebrate';
import compression from 'compression';
import cookieParser from 'cookie-parser';
import cors from 'cors';
import type { Express, RequestHandler } from 'express';
import { rateLimit } from 'express-rate-limit';
import session from 'express-session';
import { cookie, header, matchedData, query, validationResult } from 'express-validator';
import helmet from 'helmet';
import { describe, expect, it } from 'vitest';
import {
  type AnyMiddleware,
  type AnyRequest,
  adding,
  alternating,
  answering,
  describeCases,
  requests,
  route,
} from './support/inputs-cases.js';
import { type Build, compare, concurrently, type Step, VERSIONS } from './support/inputs-compare.js';

const require = createRequire(import.meta.url);
const { Passport } = require('passport');
const [flash, hpp, jwt, mongoSanitize, morgan, pino, pinoHttp, responseTime] = [
  ...['connect-flash', 'hpp', 'jsonwebtoken', 'express-mongo-sanitize', 'morgan', 'pino', 'pino-http'],
  'response-time',
].map((name) => require(name));
const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });

const withSession: AnyMiddleware[] = [
  session({ secret: 's', resave: false, saveUninitialized: false }) as AnyMiddleware,
  (req, _res, next) => {
    const id = req.get('x-user');
    if (id) Object.assign(req.session, { userId: id, cart: { items: Array(Number(id)).fill(0) } });
    next();
  },
];
const inSession = (read: Parameters<typeof answering>[0], ...more: AnyMiddleware[]) =>
  answering(read, ...withSession, ...more);
const users = alternating({ 'x-user': '1' }, { 'x-user': '2' });

describeCases('sessions', {
  values: {
    build: inSession((req) => [req.session.userId, req.session.cart?.items.length]),
    steps: users,
    served: 'MHMHHMHH',
  },
  'values, shared between processes': {
    build: inSession((req) => req.session.userId),
    steps: users.slice(0, 2),
    served: 'MH',
    check: ({ events }) => expect(events[0]?.shareable).toBe(true),
  },
  unread: { build: inSession(() => 1), steps: users, served: 'MHHHHHHH' },
  'the id of the session': {
    build: inSession((req) => req.sessionID.length),
    steps: requests({}, {}),
    served: 'MM',
  },
  'a write': {
    build: inSession((req) => {
      req.session.views = (req.session.views ?? 0) + 1;
      return req.session.views;
    }),
    steps: requests({}, {}),
    served: 'SS',
  },
  'a change in place': {
    build: inSession((req) => req.session.cart?.items.push(1) ?? 0),
    steps: users.slice(0, 2),
    served: 'SS',
    check: ({ events }) => expect(events[0]?.reason).toContain('session.cart'),
  },
  'a deletion': {
    build: inSession((req) => delete req.session.userId),
    steps: users.slice(0, 2),
    served: 'SS',
  },
  'save and regenerate': {
    build: (app, cache) => {
      for (const middleware of withSession) app.use(middleware as RequestHandler);
      route(app, cache, (req, res) => {
        req.session.regenerate(() => {
          req.session.a = 1;
          req.session.save((error: unknown) => res.json([!error, req.session.a]));
        });
      });
    },
    steps: requests({}, {}),
    served: 'SS',
  },
  'flash messages': {
    build: inSession((req) => req.flash('info'), flash()),
    steps: requests({}, {}),
    served: 'SS',
  },
});

function withPassport(...handlers: AnyMiddleware[]): Build {
  return (app, cache) => {
    const passport = new Passport();
    passport.serializeUser((user: { id: number }, done: (error: null, id: number) => void) =>
      done(null, user.id),
    );
    for (const middleware of withSession) app.use(middleware as RequestHandler);
    app.use(passport.initialize(), passport.session());
    app.use(((req: AnyRequest, _res, next) => {
      const id = req.get('x-login');
      if (id) req.user = { id, name: `n${id}` };
      next();
    }) as RequestHandler);
    route(app, cache, ...handlers);
  };
}

const logins = alternating({ 'x-login': '1' }, { 'x-login': '2' });

describeCases('passport', {
  isAuthenticated: {
    build: withPassport((req, res) => res.json([req.isAuthenticated(), req.isUnauthenticated()])),
    steps: logins,
  },
  'the user': {
    build: withPassport((req, res) => res.json(req.isAuthenticated() && req.user.name)),
    steps: logins,
  },
  'login and logout': {
    build: withPassport((req, res, next) =>
      req.logIn({ id: 7 }, (error: unknown) => {
        if (error) return next(error);
        const { id } = req.user;
        return req.logout(() => res.json([id, req.user ?? null]));
      }),
    ),
    steps: requests({}, {}),
    served: 'SS',
  },
});

/** A usual stack, mounted before the cache. */
function stack(app: Express): void {
  app.use(morgan('combined', { stream: nowhere }), pinoHttp({ logger: pino(nowhere) }), responseTime());
  app.use(helmet(), cors({ origin: true, credentials: true }), compression({ threshold: 0 }), cookieParser());
  app.use(
    rateLimit({ limit: 1000, standardHeaders: 'draft-7', legacyHeaders: false, validate: false }),
    hpp(),
  );
}

const behindStack =
  (handler: AnyMiddleware): Build =>
  (app, cache) => {
    stack(app);
    route(app, cache, handler);
  };

describeCases('middleware before the cache', {
  'does not count': {
    build: behindStack((_req, res) => res.json('x'.repeat(50))),
    steps: requests(
      { 'accept-encoding': 'gzip', origin: 'http://a' },
      { 'accept-encoding': 'gzip', origin: 'http://a' },
      { origin: 'http://b', 'user-agent': 'q' },
    ),
    check: ({ served, answers }) => {
      expect(served).toBe('MHH');
      expect(answers.map(({ headers }) => headers['content-encoding'])).toEqual(['gzip', 'gzip', undefined]);
      expect(answers[2]?.headers['access-control-allow-origin']).toBe('http://b');
    },
  },
  'a logger that the handler writes to': {
    build: behindStack((req, res) => {
      req.log.info({ caller: 1 }, 'seen');
      res.json(1);
    }),
    steps: requests({}, {}),
    served: 'MH',
  },
  'the id of the request': {
    build: behindStack((req, res) => res.json(typeof req.id)),
    steps: requests({}, {}, {}),
    served: 'MMM',
  },
  'parts that are written one by one': {
    build: behindStack(async (req, res) => {
      res.type('text');
      for (const part of ['a', 'b', req.get('x-a') ?? '-']) {
        res.write(part);
        await new Promise((resolve) => setImmediate(resolve));
      }
      res.end();
    }),
    steps: alternating({ 'x-a': '1' }, { 'x-a': '2' }),
    served: '-H-HH-HH',
  },
  'headers that the chain adds to': {
    build: (app, cache) => {
      app.use(cors({ origin: true }));
      route(app, cache, (req, res) => {
        res.vary('Accept').append('x-k', 'a').json(req.accepts('json'));
      });
    },
    steps: requests({ origin: 'http://a' }, { origin: 'http://b' }),
    served: 'MH',
    check: ({ answers }) => {
      expect(answers[1]?.headers.vary).toBe('Origin, Accept');
      expect(answers[1]?.headers['access-control-allow-origin']).toBe('http://b');
    },
  },
  'a verified token': {
    build: answering(
      (req) => req.auth.sub,
      adding((req) => ({
        auth: jwt.verify(jwt.sign({ sub: req.get('x-a') ?? 'none' }, 'k', { noTimestamp: true }), 'k'),
      })),
    ),
    steps: alternating({ 'x-a': '1' }, { 'x-a': '2' }),
    served: 'MHMHHMHH',
  },
});

describeCases('middleware in the chain', {
  compression: {
    build: (app, cache) =>
      route(app, cache, compression({ threshold: 0 }), (_req, res) => res.json('y'.repeat(99))),
    steps: requests({ 'accept-encoding': 'gzip' }, { 'accept-encoding': 'gzip' }, {}, {}),
  },
  'express-validator': {
    build: (app, cache) => {
      app.use(cookieParser());
      const checks = [
        query('a').optional().trim().toInt().isInt(),
        header('x-a').optional().isLength({ max: 5 }).escape(),
        cookie('z').optional().trim(),
      ];
      route(app, cache, ...checks, (req, res) => res.json([validationResult(req).array(), matchedData(req)]));
    },
    steps: [
      ...alternating({ 'x-a': '1' }, { 'x-a': '<b>' }),
      { path: '/x?a=5' },
      { path: '/x?a=5' },
      { path: '/x?a=z' },
    ],
  },
  celebrate: {
    build: (app, cache) => {
      const rules = {
        query: Joi.object({ a: Joi.number().default(3) }),
        headers: Joi.object({ 'x-a': Joi.string().max(3) }).unknown(),
      };
      route(app, cache, celebrate(rules), (req, res) =>
        res.json([req.query.a ?? null, req.headers['x-a'] ?? null]),
      );
      app.use(errors());
    },
    steps: [...alternating({ 'x-a': '1' }, { 'x-a': 'toolong' }), { path: '/x?a=5' }, { path: '/x?a=5' }],
  },
  'a sanitizer before': {
    build: answering((req) => req.query, mongoSanitize()),
    steps: ['/x?a=1', '/x?a=1', '/x?a[$gt]=1', '/x?a[$gt]=1'].map((path) => ({ path })),
    served: 'MHMH',
    only: 4,
  },
  'a sanitizer behind': {
    build: (app, cache) => route(app, cache, mongoSanitize(), (req, res) => res.json(req.query)),
    steps: ['/x?a=1', '/x?a=1', '/x?a[$gt]=1', '/x?a[$gt]=1'].map((path) => ({ path })),
    only: 4,
  },
  hpp: {
    build: (app, cache) =>
      route(app, cache, hpp(), (req, res) => res.json([req.query, req.queryPolluted ?? null])),
    steps: ['/x?a=1&a=2', '/x?a=1&a=2'].map((path) => ({ path })),
  },
});

describe('what cannot be seen: these answers are wrong, which is why stored entries need a reason to be trusted', () => {
  const store = new AsyncLocalStorage<{ user: string | undefined }>();
  const byRequest = new WeakMap<object, string | undefined>();
  let last: string | undefined;
  class Counter {
    #count = 0;

    next() {
      this.#count += 1;
    }

    get count() {
      return this.#count;
    }
  }
  const counter = new Counter();
  const limits: Record<string, Build> = {
    'a store of AsyncLocalStorage': answering(
      () => store.getStore()?.user,
      (req, _res, next) => store.run({ user: req.get('x-a') }, next),
    ),
    'a WeakMap by request': answering(
      (req) => byRequest.get(req),
      (req, _res, next) => {
        byRequest.set(req, req.get('x-a'));
        next();
      },
    ),
    'a variable of a module': answering(
      () => last,
      (req, _res, next) => {
        last = req.get('x-a');
        next();
      },
    ),
    'private state of a long-lived object': answering(
      (req) => req.counter.count,
      (req, _res, next) => {
        counter.next();
        Object.assign(req, { counter });
        next();
      },
    ),
  };
  const steps: Step[] = requests({ 'x-a': '1' }, { 'x-a': '2' }, { 'x-a': '3' });
  it.each(Object.entries(limits))('%s', async (_name, build) => {
    const { plain, cached, served } = await compare(5, build, steps);
    expect(served).toContain('H');
    expect(cached).not.toEqual(plain);
  });
});

describe.each(VERSIONS)('concurrency, express %i', (version) => {
  it('keeps 40 requests with shared users apart', async () => {
    const shared = { a: { id: 'a', nested: { x: 1 } }, b: { id: 'b', nested: { x: 2 } } };
    const pause = () => new Promise((resolve) => setTimeout(resolve, Math.random() * 5));
    const build = answering(
      async (req) => {
        await pause();
        const { id } = req.user;
        await pause();
        return [id, req.user.nested.x, req.get('x-user')];
      },
      adding((req) => ({ user: shared[req.get('x-user') as 'a' | 'b'] })),
    );
    const { answers, names } = await concurrently(version, build, 40);
    expect(answers).toEqual(names.map((name) => JSON.stringify([name, shared[name].nested.x, name])));
    expect(shared).toEqual({ a: { id: 'a', nested: { x: 1 } }, b: { id: 'b', nested: { x: 2 } } });
  });
});
