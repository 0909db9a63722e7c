import { EventEmitter } from 'node:events';
import { createRequire } from 'node:module';
import { Readable, Transform } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { MessageChannel } from 'node:worker_threads';
import express, { type Express, type RequestHandler } from 'express';
import { expect } from 'vitest';
import {
  type AnyRequest,
  adding,
  alternating,
  answering,
  describeCases,
  requests,
  route,
} from './support/inputs-cases.js';

const require = createRequire(import.meta.url);
const onFinished = require('on-finished');
const onHeaders = require('on-headers');
const views = fileURLToPath(new URL('./support/inputs-views', import.meta.url));

const caller = (req: AnyRequest) => req.get('x-a') ?? null;
const withUser = adding((req) => ({ user: { id: caller(req) } })) as RequestHandler;

describeCases('parameters and routing', {
  'a parameter that was rewritten before': {
    build: (app, cache) =>
      app.get(
        '/x/:id',
        (req, _res, next) => {
          req.params.id = req.get('x-u') ?? String(req.params.id);
          next();
        },
        cache,
        (req, res) => res.json(req.params),
      ),
    steps: [{ 'x-u': '1' }, { 'x-u': '1' }, { 'x-u': '2' }, {}].map((headers) => ({
      path: '/x/me',
      headers: headers as Record<string, string>,
    })),
    served: 'MHMM',
  },
  'one handler behind two mounts': {
    build: (app, cache, express) => {
      const router = express.Router({ mergeParams: true });
      router.get('/y', cache, (req, res) => res.json(req.params));
      app.use('/a/:id', router);
      app.use('/b/:id', router);
    },
    steps: ['/a/1/y', '/b/1/y', '/a/1/y', '/b/1/y', '/a/2/y'].map((path) => ({ path })),
    served: 'MMHHM',
  },
  'the query': {
    build: answering((req) => req.query.a),
    steps: ['/x?a=1', '/x?a=1', '/x?a=2', '/x?a=1&b=1'].map((path) => ({ path })),
    served: 'MHMM',
  },
  'a query that was changed before': {
    build: answering(
      (req) => req.query,
      (req, _res, next) => {
        req.query.sort = req.get('x-a') ?? '';
        next();
      },
    ),
    steps: alternating({ 'x-a': '1' }, { 'x-a': '2' }),
    served: 'MHMHHMHH',
    only: 4,
  },
  'a query that was redefined before': {
    build: answering(
      (req) => req.query.sort,
      (req, _res, next) => {
        const query = { sort: req.get('x-a') ?? '', other: Math.random() };
        Object.defineProperty(req, 'query', { get: () => query, configurable: true });
        next();
      },
    ),
    steps: alternating({ 'x-a': '1' }, { 'x-a': '2' }),
    served: 'MHMHHMHH',
    only: 5,
  },
  'the query cannot be replaced': {
    build: answering((req) => {
      try {
        Object.assign(req, { query: 1 });
      } catch (error) {
        return (error as Error).name;
      }
      return 'replaced';
    }),
    steps: requests({}, {}),
    served: 'MH',
    only: 5,
  },
  'a rewritten url': {
    build: (app, cache) => {
      app.use((req, _res, next) => {
        if (req.get('x-a')) req.url = `/v${req.get('x-a')}`;
        next();
      });
      app.get('/:p', cache, (req, res) => res.json([req.url, req.path, req.originalUrl]));
    },
    steps: alternating({ 'x-a': '1' }, { 'x-a': '2' }),
    served: 'MHMHHMHH',
  },
  "next('route')": {
    build: (app, cache) => {
      route(app, cache, (req, res, next) => (req.get('x-a') ? next('route') : res.json('first')));
      route(app, (req, res) => res.json(`second ${req.get('x-b')}`));
    },
    steps: requests({}, {}, { 'x-a': '1' }, { 'x-a': '1' }, { 'x-a': '1', 'x-b': '2' }),
    served: 'MHMHM',
  },
  'errors are answered every time': {
    build: (app, cache) => {
      route(app, cache, (req, res, next) => (req.get('x-a') ? next(new Error('no')) : res.json(1)));
      app.use(((error: Error, _req, res, _next) => {
        res.status(403).json(error.message);
      }) as express.ErrorRequestHandler);
    },
    steps: requests({ 'x-a': '1' }, {}, {}, { 'x-a': '1' }),
    served: 'SMHS',
  },
  'an app that is mounted behind the cache': {
    build: (app, cache, express) => {
      const sub = express();
      sub.get('/', (req, res) => {
        res.json(req.get('x-a') ?? 0);
      });
      app.use('/x', cache, sub);
    },
    steps: alternating({ 'x-a': '1' }, { 'x-a': '2' }),
    served: 'SSSSSSSS',
  },
  'the cache inside of a mounted app': {
    build: (app, cache, express) => {
      const sub = express();
      sub.get('/', cache, (req, res) => res.json(req.get('x-a') ?? 0));
      app.use('/x', sub);
    },
    steps: alternating({ 'x-a': '1' }, { 'x-a': '2' }),
    served: 'MHMHHMHH',
  },
  'two caches in one chain': {
    build: (app, cache) => {
      app.use('/x', cache);
      app.use(withUser);
      route(app, cache, (req, res) => res.json([req.user.id, req.get('x-b') ?? 0]));
    },
    steps: [...alternating({ 'x-a': '1' }, { 'x-a': '2' }), ...alternating({ 'x-b': '1' }, { 'x-b': '2' })],
  },
});

describeCases('asynchronous chains', {
  'timers, microtasks, emitters': {
    build: (app, cache) => {
      app.use(withUser);
      route(app, cache, (req, res) => {
        const emitter = new EventEmitter();
        emitter.on('go', () =>
          setImmediate(() => process.nextTick(() => Promise.resolve().then(() => res.json(req.user.id)))),
        );
        setTimeout(() => emitter.emit('go'), 1);
      });
    },
    steps: alternating({ 'x-a': '1' }, { 'x-a': '2' }),
    served: 'MHMHHMHH',
  },
  'a stream that reads the request': {
    build: (app, cache) => {
      app.use(withUser);
      route(app, cache, (req, res) => {
        const transform = new Transform({
          transform: (chunk, _encoding, done) => done(null, `${chunk}${req.user.id}`),
        });
        Readable.from(['a', 'b']).pipe(transform).pipe(res.type('text'));
      });
    },
    steps: alternating({ 'x-a': '1' }, { 'x-a': '2' }),
    served: '-H-HH-HH',
  },
  'racing reads give one list of inputs': {
    build: answering(
      async (req) => {
        const read = async (name: string) => {
          await new Promise((resolve) => setTimeout(resolve, Math.random() * 3));
          return req[name];
        };
        return Promise.all(['a', 'b', 'c'].map(read));
      },
      adding((req) => ({ a: caller(req), b: caller(req), c: caller(req) })),
    ),
    steps: alternating({ 'x-a': '1' }, { 'x-a': '2' }),
    served: 'MHMHHMHH',
    check: ({ events }) => {
      const lists = events
        .filter(({ outcome }) => outcome === 'stored')
        .map(({ inputs }) => JSON.stringify(inputs.map(({ read }) => read)));
      expect(new Set(lists).size).toBe(1);
    },
  },
  'reads after the response do not count': {
    build: (app, cache) =>
      route(app, cache, (req, res) => {
        onFinished(res, () => req.headers['x-a']);
        res.on('finish', () => req.headers['x-b']);
        res.json(1);
      }),
    steps: alternating({ 'x-a': '1' }, { 'x-b': '2' }),
    served: 'MHHHHHHH',
  },
});

describeCases('sockets', {
  'asking whether a request is finished costs no hits': {
    build: answering((req, res) => [onFinished.isFinished(req), onFinished.isFinished(res)]),
    steps: requests({}, { connection: 'close' }, {}),
    served: 'MHH',
    check: ({ events }) => expect(events[0]?.inputs).toEqual([]),
  },
  'the address is an input': {
    build: answering((req) => (req.headers['x-a'] ? 1 : typeof req.connection.remoteAddress)),
    steps: requests({ 'x-a': '1' }, {}, {}),
    served: 'MMH',
    check: ({ events }) => expect(JSON.stringify(events[1]?.inputs)).toContain('"socket","remoteAddress"'),
  },
  'the port is an input for who asks for it': {
    build: answering((req) => typeof req.socket.remotePort),
    steps: requests({}, {}, { connection: 'close' }, {}),
    served: 'MHHM',
  },
  'through the response, and by method': {
    build: answering((_req, res) => [typeof res.socket?.remoteAddress, typeof res.socket?.address()]),
    steps: requests({}, {}),
    check: ({ events }) =>
      expect(events[0]?.inputs.map(({ read }) => read.path.join('.'))).toEqual([
        'socket.address',
        'socket.remoteAddress',
      ]),
  },
});

const rendering = (engine: string) => (app: Express, cache: RequestHandler) => {
  app.set('views', views).set('view engine', engine);
  app.locals.site = 'S';
  app.use((req, res, next) => {
    res.locals.user = { name: req.get('x-a') ?? 'nobody' };
    next();
  });
  route(app, cache, (_req, res) => res.render('page', { title: 1 }));
};

describeCases('views and locals', {
  ejs: { build: rendering('ejs'), steps: alternating({ 'x-a': '1' }, { 'x-a': '2' }), served: 'MHMHHMHH' },
  pug: { build: rendering('pug'), steps: alternating({ 'x-a': '1' }, { 'x-a': '2' }), served: 'MHMHHMHH' },
  'locals that nobody reads': {
    build: answering(
      () => 1,
      (req, res, next) => {
        res.locals.a = req.get('x-a');
        next();
      },
    ),
    steps: alternating({ 'x-a': '1' }, { 'x-a': '2' }),
    served: 'MHHHHHHH',
  },
  'a local that the chain writes first': {
    build: answering((req, res) => {
      res.locals.a = 'fixed';
      return { ...res.locals, b: req.get('x-b') ?? 0 };
    }),
    steps: alternating({ 'x-b': '1' }, { 'x-b': '2' }),
    served: 'MHMHHMHH',
  },
  'a helper that closes over this request': {
    build: answering(
      (_req, res) => res.locals.t(),
      (req, res, next) => {
        res.locals.t = () => req.get('x-a') ?? null;
        next();
      },
    ),
    steps: alternating({ 'x-a': '1' }, { 'x-a': '2' }),
    served: 'SSSSSSSS',
  },
  'app.locals, through the request and by closure': {
    build: (app, cache) => {
      app.use((req, _res, next) => {
        app.locals.site = req.get('x-a');
        if (req.get('x-b')) app.locals.more = 1;
        next();
      });
      route(app, cache, (req, res) =>
        res.json([req.app.locals.site ?? 0, 'more' in app.locals, Object.keys(app.locals).length]),
      );
    },
    steps: [...alternating({ 'x-a': '1' }, { 'x-a': '2' }), ...requests({ 'x-a': '1', 'x-b': '1' })],
    served: 'MHMHHMHHM',
  },
  'app.locals of the parent': {
    build: (app, cache, express) => {
      const sub = express();
      sub.get('/', cache, (_req, res) => void res.json(app.locals.site ?? 0));
      app.use((req, _res, next) => {
        app.locals.site = req.get('x-a');
        next();
      });
      app.use('/x', sub);
    },
    steps: alternating({ 'x-a': '1' }, { 'x-a': '2' }),
    served: 'MHMHHMHH',
  },
  'a property of the response': {
    build: answering(
      (_req, res) => res.advancedResults?.count ?? 0,
      (req, res, next) => {
        if (req.get('x-a')) res.advancedResults = { count: req.get('x-a') };
        next();
      },
    ),
    steps: alternating({ 'x-a': '1' }, { 'x-a': '2' }),
    served: 'MHMHHMHH',
  },
  'res.json that was replaced before': {
    build: answering(
      () => 1,
      (req, res, next) => {
        const { json } = res;
        const language = req.get('x-a');
        res.json = (body) => json.call(res, [language, body]);
        next();
      },
    ),
    steps: alternating({ 'x-a': '1' }, { 'x-a': '2' }),
    served: 'SSSSSSSS',
  },
});

const posted = (body: string) => ({
  headers: { 'content-type': 'application/json', 'content-length': String(body.length) },
  body,
});

describeCases('bodies and clones', {
  'a GET with a parsed body': {
    build: (app, cache) => {
      app.use(express.json());
      route(app, cache, (req, res) => res.json(req.body?.a ?? 0));
    },
    steps: [posted('{"a":1}'), posted('{"a":1}'), posted('{"a":2}'), {}],
    served: 'MHMM',
  },
  'a GET with a body that nobody read': {
    build: (app, cache) => route(app, cache, express.json(), (req, res) => res.json(req.body ?? 0)),
    steps: [posted('{"a":1}'), posted('{"a":2}'), {}],
  },
  'a body that is consumed': {
    build: (app, cache) =>
      route(app, cache, async (req, res) => {
        let length = 0;
        for await (const chunk of req) length += chunk.length;
        res.json(length);
      }),
    steps: requests({}, {}),
    served: 'MH',
  },
  'structuredClone and postMessage': {
    build: (app, cache) => {
      app.use(express.json());
      route(app, cache, (req, res) => {
        const { port1, port2 } = new MessageChannel();
        port1.postMessage({ query: req.query, body: [req.body] });
        port1.close();
        port2.close();
        res.json([
          structuredClone(req.query),
          structuredClone({ nested: [req.body] }),
          structuredClone(res.locals),
        ]);
      });
    },
    steps: [posted('{"a":1}'), posted('{"a":1}'), posted('{"a":2}')],
    served: 'MHM',
  },
  'a header hook that is set in the chain': {
    build: (app, cache) =>
      route(app, cache, (req, res) => {
        onHeaders(res, () => res.setHeader('x-u', req.get('x-a') ?? '-'));
        res.json(1);
      }),
    steps: requests({ 'x-a': '1' }, { 'x-a': '2' }),
    served: 'SS',
  },
  'a file': {
    build: (app, cache) => route(app, cache, (_req, res) => res.sendFile(`${views}/page.ejs`)),
    steps: requests({}, {}, { range: 'bytes=0-2' }),
  },
});
