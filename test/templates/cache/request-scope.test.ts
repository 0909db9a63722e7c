import { AsyncResource } from 'node:async_hooks';
import { channel } from 'node:diagnostics_channel';
import { createServer, request as startRequest } from 'node:http';
import { describe, expect, it } from 'vitest';
import { observeExternalCalls } from '../../../templates/cache/src/cache/external-calls.js';
import { observeRequests, scopeOf } from '../../../templates/cache/src/cache/request-scope.js';
import {
  createTrace,
  currentScope,
  type RequestScope,
  runInScope,
} from '../../../templates/cache/src/cache/trace.js';
import { listen, readTag, sleep, startBackend, startCache } from './support/backend.js';

describe('the scope of a request', () => {
  it('is there before the cache, without a trace, and has one from the cache to the end of the response', async () => {
    const seen: [string, boolean | undefined][] = [];
    const look = (where: string) => seen.push([where, currentScope() && currentScope()?.trace !== undefined]);
    look('outside');
    const backend = await startBackend((app, responses) => {
      app.use(async (_req, _res, next) => {
        await sleep(1);
        look('before');
        next();
      });
      app.get('/', responses.cache(), async (_req, res) => {
        await sleep(1);
        look('behind');
        res.send('x');
        look('after the end');
      });
    });
    await backend.get('/');
    expect(seen).toEqual([
      ['outside', undefined],
      ['before', false],
      ['behind', true],
      ['after the end', false],
    ]);
  });

  it('is the one of the request, even if earlier middleware goes on in the context of another', async () => {
    let foreign: AsyncResource | undefined;
    const backend = await startBackend((app, responses) => {
      app.use((_req, _res, next) => {
        if (foreign === undefined) {
          foreign = new AsyncResource('pool');
          next();
        } else foreign.runInAsyncScope(next);
      });
      app.get('/:id', responses.cache(), async (req, res) => {
        await sleep(20);
        readTag(`db:${req.params.id}`);
        res.send(req.params.id);
      });
    });
    await Promise.all([backend.get('/first'), sleep(5).then(() => backend.get('/second'))]);
    await backend.responses.invalidate(['db:first']);
    expect([(await backend.get('/first')).cache, (await backend.get('/second')).cache]).toEqual([
      'MISS',
      'HIT',
    ]);
  });

  it('is made once, however often requests are observed', async () => {
    observeRequests();
    observeRequests();
    const scopes: (RequestScope | undefined)[] = [];
    const server = createServer((req, res) => {
      scopes.push(currentScope(), scopeOf(req));
      res.end();
    });
    await fetch(await listen(server));
    server.close();
    expect(scopes[0]).toBeDefined();
    expect(scopes[0]).toBe(scopes[1]);
  });
});

describe('calls of other services', () => {
  it('are noted without what an address may carry besides', () => {
    observeExternalCalls();
    const trace = createTrace();
    runInScope({ trace }, () => {
      for (const origin of [
        'http://user:secret@api.example.com:8080/path',
        new URL('https://example.com'),
        'odd',
      ]) {
        channel('undici:request:create').publish({ request: { origin } });
      }
    });
    expect([...trace.external]).toEqual([
      'http://api.example.com:8080',
      'https://example.com',
      'an unknown service',
    ]);
  });

  it('are noted by origin, without path and credentials', async () => {
    startCache();
    const server = createServer((_req, res) => void res.end('ok'));
    const origin = await listen(server);
    let external: string[] = [];
    const backend = await startBackend((app, responses) => {
      app.get('/', responses.cache({ ttl: 5 }), async (_req, res) => {
        await fetch(`${origin}/secret-path?token=secret`);
        await new Promise((resolve) => {
          const address = new URL(`${origin.replace('127.0.0.1', 'user:secret@localhost')}/secret-path`);
          startRequest(address, resolve).on('error', resolve).end();
        });
        external = [...(currentScope()?.trace?.external ?? [])];
        res.send('x');
      });
    });
    expect((await backend.get('/')).cache).toBe('MISS');
    server.closeAllConnections();
    server.close();
    expect(external).toEqual([origin, origin.replace('127.0.0.1', 'localhost')]);
    const hit = await backend.get('/');
    expect(hit.headers['x-cache']).toMatch(/^HIT; reason=what other services answered/);
    expect(JSON.stringify(hit.headers)).not.toContain('secret');
  });
});
