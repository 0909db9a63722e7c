import { once } from 'node:events';
import { request as startRequest } from 'node:http';
import { createRequire } from 'node:module';
import { connect } from 'node:net';
import compression from 'compression';
import type express from 'express';
import type { RequestHandler } from 'express';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { RouteOptions } from '../../../templates/cache/src/cache/create-cache.js';
import { type Backend, readTag, refuseCurrent, sleep, startBackend, until } from './support/backend.js';

const express4 = createRequire(import.meta.url)('express4') as typeof express;

/** A backend with one cached route, `/`, that reads the tag `db`; counts its runs. */
async function startRoute(
  handler: RequestHandler,
  options: RouteOptions = {},
): Promise<Backend & { runs(): number }> {
  let runs = 0;
  const backend = await startBackend((app, responses) => {
    app.get('/', responses.cache(options), (req, res, next) => {
      runs += 1;
      readTag('db');
      return handler(req, res, next);
    });
  });
  return { ...backend, runs: () => runs };
}

/** What may not differ between two answers of one route; a body that is known as a whole is framed by its length. */
function comparable({ status, headers, text }: Awaited<ReturnType<Backend['get']>>) {
  const { date: _date, age: _age, 'x-cache': _cache, 'cache-status': _status, ...rest } = headers;
  delete rest['transfer-encoding'];
  delete rest['content-length'];
  return { status, headers: rest, text };
}

describe('a hit', () => {
  const handlers: Record<string, RequestHandler> = {
    'of json': (_req, res) => void res.json({ list: [1, 2, 3] }),
    'of html': (_req, res) => void res.send('<p>ä</p>'),
    'of a status without a body': (_req, res) => void res.status(204).end(),
    'of a permanent redirect': (_req, res) => void res.redirect(301, '/elsewhere'),
    'of something not found': (_req, res) => void res.status(404).json({ error: 'none' }),
    'of raw writeHead with an object': (_req, res) => void res.writeHead(200, { 'X-Own': 'a' }).end('raw'),
    'of raw writeHead with a list': (_req, res) => void res.writeHead(200, 'Fine', ['X-Own', 'a']).end('raw'),
    'of several values of one header': (_req, res) => void res.set('Link', ['<a>', '<b>'] as never).send('x'),
    'of a header that was taken away': (_req, res) => {
      res.removeHeader('X-Powered-By');
      res.send('x');
    },
  };
  for (const [name, handler] of Object.entries(handlers)) {
    it(`${name} is what the miss was`, async () => {
      const route = await startRoute(handler);
      const miss = await route.get('/');
      const hit = await route.get('/');
      expect([miss.cache, hit.cache]).toEqual(['MISS', 'HIT']);
      expect(comparable(hit)).toEqual(comparable(miss));
      expect(route.runs()).toBe(1);
    });
  }

  it('has the bytes of a binary body that was written in pieces, of which one is reused', async () => {
    const bytes = Buffer.from([0, 255, 128, 10, 13, 0, 7]);
    const route = await startRoute((_req, res) => {
      const piece = Buffer.from(bytes.subarray(0, 3));
      res.type('application/octet-stream').write(piece, () => {
        piece.fill(0);
        res.write('0a0d', 'hex');
        res.end(new Uint8Array([0, 7]));
      });
    });
    const miss = await route.get('/');
    const hit = await route.get('/');
    expect(hit.cache).toBe('HIT');
    expect(hit.body.equals(miss.body)).toBe(true);
    expect(hit.body.equals(Buffer.from([0, 255, 128, 10, 13, 0, 7]))).toBe(true);
  });

  it('answers HEAD without a body; a HEAD alone stores nothing', async () => {
    const route = await startRoute((_req, res) => void res.send('body'));
    const head = await route.get('/', {}, 'HEAD');
    expect([head.cache, head.headers['content-length']]).toEqual(['BYPASS', '4']);
    await route.get('/');
    const hit = await route.get('/', {}, 'HEAD');
    expect([hit.cache, hit.text, hit.headers['content-length']]).toEqual(['HIT', '', '4']);
    expect(route.runs()).toBe(2);
  });

  it('tells HEAD the length of a body that the handler did not measure', async () => {
    const route = await startRoute((_req, res) => void res.end('body'));
    await route.get('/');
    expect((await route.get('/', {}, 'HEAD')).headers['content-length']).toBe('4');
  });

  it('is for the same address, even if earlier middleware rewrote it', async () => {
    const backend = await startBackend((app, responses) => {
      app.use((req, _res, next) => {
        req.url = '/fixed';
        next();
      });
      app.get('/fixed', responses.cache({ ttl: 5 }), (req, res) => void res.send(req.originalUrl));
    });
    expect([(await backend.get('/a')).text, (await backend.get('/b')).text]).toEqual(['/a', '/b']);
  });

  it('tells its age', async () => {
    const route = await startRoute((_req, res) => void res.set('Age', '30').send('x'));
    await route.get('/');
    expect(Number((await route.get('/')).headers.age)).toBeGreaterThanOrEqual(30);
  });

  it('does not repeat headers that were about one connection', async () => {
    const route = await startRoute((_req, res) => {
      res
        .set({ Connection: 'X-Hop', 'X-Hop': 'a', Upgrade: 'b', Date: 'Thu, 01 Jan 1970 00:00:00 GMT' })
        .send('x');
    });
    const miss = await route.get('/');
    const hit = await route.get('/');
    expect([hit.cache, miss.headers['x-hop'], hit.headers['x-hop'], hit.headers.upgrade]).toEqual([
      ...['HIT', 'a'],
      ...[undefined, undefined],
    ]);
    expect(Date.parse(hit.headers.date ?? '')).toBeGreaterThan(0);
  });

  it('keeps the headers of middleware that ran for this request, and merges Vary', async () => {
    let id = 0;
    const backend = await startBackend((app, responses) => {
      app.use((_req, res, next) => {
        id += 1;
        res.set({ 'X-Request-Id': String(id), Vary: id === 1 ? 'Origin' : 'Origin, X-Other' });
        next();
      });
      app.get('/', responses.cache(), (_req, res) => {
        readTag('db');
        res.set('Vary', 'X-Tenant').send('x');
      });
    });
    await backend.get('/');
    const hit = await backend.get('/');
    expect([hit.cache, hit.headers['x-request-id'], hit.headers.vary]).toEqual([
      'HIT',
      '2',
      'Origin, X-Other, X-Tenant',
    ]);
  });

  it('is compressed for those who can read it by compression before the cache', async () => {
    const backend = await startBackend((app, responses) => {
      app.use(compression({ threshold: 0 }));
      app.get('/', responses.cache(), (_req, res) => {
        readTag('db');
        res.send('text '.repeat(1000));
      });
    });
    const answers = [];
    for (const encoding of ['gzip', 'identity', 'gzip']) {
      answers.push(await backend.get('/', { 'Accept-Encoding': encoding }));
    }
    expect(answers.map(({ cache }) => cache)).toEqual(['MISS', 'HIT', 'HIT']);
    expect(answers.map(({ headers }) => headers['content-encoding'])).toEqual(['gzip', undefined, 'gzip']);
    expect(answers[1]?.text).toBe('text '.repeat(1000));
    expect(answers[2]?.body.equals(answers[0]?.body ?? Buffer.alloc(0))).toBe(true);
  });

  it('is for the same values of what Vary names, even when nobody was seen to read it', async () => {
    const route = await startRoute((_req, res) => void res.set('Vary', 'X-Tenant').send('x'));
    await route.get('/', { 'X-Tenant': 'a' });
    expect((await route.get('/', { 'X-Tenant': 'b' })).cache).toBe('MISS');
    expect((await route.get('/', { 'X-Tenant': 'a' })).cache).toBe('HIT');
  });

  it('goes over a connection that stays open', async () => {
    const route = await startRoute((_req, res) => void res.json({ a: 1 }));
    const socket = connect(Number(new URL(route.origin).port), '127.0.0.1');
    let received = '';
    socket.on('data', (bytes) => (received += bytes));
    const line = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
    for (let sent = 1; sent <= 3; sent += 1) {
      socket.write(line);
      await until(() => received.split('{"a":1}').length > sent);
    }
    socket.write(line + line);
    await until(() => received.split('{"a":1}').length === 6);
    expect(received.match(/X-Cache: HIT/g)).toHaveLength(4);
    socket.destroy();
  });

  it('works with Express 4', async () => {
    let runs = 0;
    const backend = await startBackend((app, responses) => {
      const old = express4();
      old.get('/old', responses.cache(), (_req, res) => {
        runs += 1;
        readTag('db');
        res.json({ old: true });
      });
      app.use((req, res) => old(req, res));
    });
    expect((await backend.get('/old')).cache).toBe('MISS');
    expect((await backend.get('/old')).text).toBe('{"old":true}');
    expect(runs).toBe(1);
  });
});

describe('conditional requests', () => {
  for (const [name, version] of [
    ['a hit', 1],
    ['a miss', 2],
  ] as const) {
    it(`are answered with 304 on ${name}, and the chain does not see the condition`, async () => {
      const seen: unknown[] = [];
      const route = await startRoute((req, res) => {
        seen.push(req.headers['if-none-match'], req.fresh);
        res.json({ a: 1 });
      });
      const first = await route.get('/');
      const headers = { 'If-None-Match': `"other", ${first.headers.etag}` };
      if (version === 2) await route.responses.invalidate(['db']);
      const again = await route.get('/', headers);
      expect([again.status, again.text, again.cache]).toEqual([304, '', version === 1 ? 'HIT' : 'MISS']);
      expect(again.headers['content-type']).toBeUndefined();
      expect(again.headers.etag).toBe(first.headers.etag);
      expect((await route.get('/')).text).toBe('{"a":1}');
      expect(seen.filter((value) => value !== undefined && value !== false)).toEqual([]);
      expect((await route.get('/', { 'If-None-Match': '"other"' })).status).toBe(200);
    });
  }

  it('are answered with 304 when a miss is streamed, and the whole is stored', async () => {
    const route = await startRoute((_req, res) => {
      res.set('Last-Modified', new Date(0).toUTCString());
      res.write('a', () => res.end('b'));
    });
    const since = { 'If-Modified-Since': new Date(1000).toUTCString() };
    expect(await route.get('/', since)).toMatchObject({ status: 304, text: '', cache: 'MISS' });
    expect(await route.get('/')).toMatchObject({ status: 200, text: 'ab', cache: 'HIT' });
    expect(await route.get('/', since)).toMatchObject({ status: 304, text: '', cache: 'HIT' });
  });
});

describe('not stored', () => {
  const handlers: Record<string, RequestHandler> = {
    'sets a cookie': (_req, res) => void res.cookie('a', 'b').send('x'),
    'Cache-Control: private': (_req, res) => void res.set('Cache-Control', 'private, max-age=60').send('x'),
    'Cache-Control: no-store': (_req, res) => void res.set('Cache-Control', 'No-Store').send('x'),
    'Cache-Control: no-cache': (_req, res) => void res.set('Cache-Control', 'no-cache').send('x'),
    'expires at once': (_req, res) => void res.set('Cache-Control', 'max-age=0').send('x'),
    'Vary: *': (_req, res) => void res.set('Vary', '*').send('x'),
    'event stream': (_req, res) => void res.type('text/event-stream').end('data: x\n\n'),
    'status 500': (_req, res) => void res.status(500).send('x'),
    'status 206': (_req, res) => void res.status(206).set('Content-Range', 'bytes 0-0/2').send('x'),
    'status 302': (_req, res) => void res.redirect('/elsewhere'),
    'body over the limit': (_req, res) => void res.send('x'.repeat(2000)),
    'wrote to the database': (_req, res) => {
      refuseCurrent('wrote to the database');
      res.send('x');
    },
    'headers are changed as they leave': (_req, res) => {
      const { writeHead } = res;
      res.writeHead = ((...values: Parameters<typeof writeHead>) => writeHead.apply(res, values)) as never;
      res.send('x');
    },
  };
  for (const [reason, handler] of Object.entries(handlers)) {
    it(reason, async () => {
      const route = await startRoute(handler, { maxBytes: 1000 });
      const [first, second] = [await route.get('/'), await route.get('/')];
      expect([first.cache, second.cache, route.runs()]).toEqual(['MISS', 'MISS', 2]);
      expect(comparable(second)).toEqual(comparable(first));
      expect(route.responses.stats().notStored).toEqual({ [reason]: 2 });
      expect(first.headers['x-cache']).toBe(`MISS; reason=${reason}`);
    });
  }

  it('what answers an error', async () => {
    const route = await startRoute((_req, _res, next) => next(new Error('boom')));
    expect((await route.get('/')).status).toBe(500);
    await route.get('/');
    expect(route.runs()).toBe(2);
  });

  it('what reads no observed database, unless the route has a ttl of its own', async () => {
    let runs = 0;
    const backend = await startBackend((app, responses) => {
      const count: RequestHandler = (_req, res) => {
        runs += 1;
        res.send('x');
      };
      app.get('/none', responses.cache(), count);
      app.get('/tags', responses.cache({ tags: ['a'] }), count);
      app.get('/ttl', responses.cache({ ttl: 5, tags: ['a'] }), count);
    });
    for (const path of ['/none', '/tags']) {
      await backend.get(path);
      expect((await backend.get(path)).headers['x-cache']).toMatch(
        /^MISS; reason=reads no observed database/,
      );
    }
    await backend.get('/ttl');
    expect((await backend.get('/ttl')).cache).toBe('HIT');
    await backend.responses.invalidate(['a']);
    expect((await backend.get('/ttl')).cache).toBe('MISS');
    expect(runs).toBe(6);
  });

  it('what a client did not wait for; nobody waits for it either', async () => {
    const route = await startRoute(async (_req, res) => {
      res.write('half');
      await sleep(60);
      res.end('whole');
    });
    const request = startRequest(route.origin);
    request.on('error', () => undefined);
    request.end();
    const [response] = await once(request, 'response');
    response.destroy();
    await until(() => route.responses.stats().notStored.aborted === 1);
    expect(await route.get('/')).toMatchObject({ cache: 'MISS', text: 'halfwhole' });
  });

  it('what came with a body, or by another method', async () => {
    const backend = await startBackend((app, responses) => {
      app.all('/', responses.cache(), (req, res) => {
        readTag('db');
        res.send(req.method);
      });
    });
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
      expect(await backend.get('/', {}, method)).toMatchObject({ cache: undefined, text: method });
    }
    expect((await backend.get('/', { 'Transfer-Encoding': 'chunked' })).cache).toBeUndefined();
    expect(backend.responses.stats().stored).toBe(0);
  });
});

describe('lifetime', () => {
  afterEach(() => void vi.useRealTimers());

  it('ends with the ttl of the route, or with what the response says', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: 0 });
    const backend = await startBackend((app, responses) => {
      app.get('/ttl', responses.cache({ ttl: 60 }), answer);
      app.get('/max-age', responses.cache({ ttl: 60 }), (_req, res) => {
        res.set('Cache-Control', 's-maxage=10').send('x');
      });
    });
    const seen: string[] = [];
    for (const now of [0, 9999, 10_000, 59_999, 60_000]) {
      vi.setSystemTime(now);
      const [ttl, maxAge] = [await backend.get('/ttl'), await backend.get('/max-age')];
      seen.push(`${ttl.cache} ${maxAge.cache}`);
    }
    expect(seen).toEqual(['MISS MISS', 'HIT HIT', 'HIT MISS', 'HIT MISS', 'MISS HIT']);
    vi.setSystemTime(80_000);
    const { headers } = await backend.get('/ttl');
    expect([headers.age, headers['cache-status']]).toEqual(['20', 'response-cache; hit; ttl=40']);
  });
});

describe('memory', () => {
  it('is bounded in bytes under a flood of query strings', async () => {
    const backend = await startBackend(
      (app, responses) => {
        app.get('/', responses.cache(), (req, res) => {
          readTag('db');
          res.send(String(req.query.q).padEnd(2000, '.'));
        });
      },
      { firstTierBytes: 50_000 },
    );
    for (let q = 0; q < 100; q += 1) await backend.get(`/?q=${q}`);
    const { stored, store } = backend.responses.stats();
    expect(stored).toBe(100);
    expect(store?.firstTierEntries).toBeLessThan(25);
    expect(store?.firstTierBytes).toBeLessThanOrEqual(50_000);
    expect((await backend.get('/?q=99')).cache).toBe('HIT');
  });
});

describe('the cache itself', () => {
  it('lets requests through when it is switched off, wrongly configured or closed', async () => {
    const off = await startBackend((app, responses) => app.get('/', responses.cache(), answer), {
      enabled: false,
    });
    const wrong = await startBackend((app, responses) => app.get('/', responses.cache(), answer), {
      redisUrl: 'no url',
    });
    expect(await off.get('/')).toMatchObject({ text: 'x', cache: undefined });
    expect(await wrong.get('/')).toMatchObject({ text: 'x', cache: undefined });
    const closed = await startRoute(answer);
    await closed.get('/');
    await closed.responses.close();
    expect(await closed.get('/')).toMatchObject({ text: 'x', cache: undefined });
  });

  it('leaves the inner of two nested caches out', async () => {
    const backend = await startBackend((app, responses) => {
      app.get('/', responses.cache(), responses.cache(), (_req, res) => {
        readTag('db');
        res.send('x');
      });
    });
    await backend.get('/');
    expect((await backend.get('/')).cache).toBe('HIT');
    expect(backend.responses.stats()).toMatchObject({ hits: 1, misses: 1, stored: 1 });
  });
});

const answer: RequestHandler = (_req, res) => void res.send('x');
