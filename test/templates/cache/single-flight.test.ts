import type { RequestHandler } from 'express';
import { describe, expect, it } from 'vitest';
import { Flights, waitFor } from '../../../templates/cache/src/cache/flights.js';
import { type Backend, readTag, refuseCurrent, sleep, startBackend } from './support/backend.js';

/** `/` asks who calls (`X-User`) if `isPersonal`; each run takes 30 ms. */
async function startSlowRoute(
  handler: RequestHandler,
): Promise<Backend & { runs(): number; most(): number }> {
  let [runs, now, most] = [0, 0, 0];
  const backend = await startBackend((app, responses) => {
    app.get('/', responses.cache(), async (req, res, next) => {
      runs += 1;
      now += 1;
      most = Math.max(most, now);
      readTag('db');
      await sleep(30);
      now -= 1;
      return handler(req, res, next);
    });
  });
  return { ...backend, runs: () => runs, most: () => most };
}

function manyGets(backend: Backend, users: readonly string[]) {
  return Promise.all(users.map((user) => backend.get('/', { 'X-User': user })));
}

describe('concurrent requests of a cold route', () => {
  it('share one run when it does not look at who asks', async () => {
    const route = await startSlowRoute((_req, res) => void res.send('same'));
    const answers = await manyGets(
      route,
      Array.from({ length: 40 }, (_, at) => `user ${at}`),
    );
    expect(new Set(answers.map(({ text }) => text))).toEqual(new Set(['same']));
    expect(route.runs()).toBe(1);
    expect(answers.filter(({ cache }) => cache === 'HIT')).toHaveLength(39);
  });

  it('give 40 different users their own answers, and two requests of one user one run', async () => {
    const route = await startSlowRoute((req, res) => void res.send(`for ${req.get('x-user')}`));
    const users = Array.from({ length: 80 }, (_, at) => `user ${at % 40}`);
    const answers = await manyGets(route, users);
    expect(answers.map(({ text }) => text)).toEqual(users.map((user) => `for ${user}`));
    expect(route.runs()).toBe(40);
  });

  it('all run at once after the first turned out not to be cacheable, and later ones do not queue', async () => {
    const route = await startSlowRoute((_req, res) => {
      refuseCurrent('wrote to the database');
      res.send('own');
    });
    const users = Array.from({ length: 20 }, () => 'user');
    await manyGets(route, users);
    expect([route.runs(), route.most()]).toEqual([20, 19]);
    await manyGets(route, users);
    expect(route.most()).toBe(20);
  });

  it('are released as soon as the headers tell that nothing will be stored', async () => {
    const order: string[] = [];
    const backend = await startBackend((app, responses) => {
      app.get('/', responses.cache(), async (_req, res) => {
        order.push('start');
        readTag('db');
        res.type('text/event-stream').write('data: x\n\n');
        await sleep(50);
        order.push('end');
        res.end();
      });
    });
    await Promise.all([backend.get('/'), backend.get('/')]);
    expect(order).toEqual(['start', 'start', 'end', 'end']);
  });

  it('do not get an answer that is older than a write that they could know of', async () => {
    let value = 1;
    const backend = await startBackend((app, responses) => {
      app.get('/', responses.cache(), async (_req, res) => {
        readTag('db');
        const read = value;
        await sleep(40);
        res.send(String(read));
      });
    });
    const early = backend.get('/');
    await sleep(15);
    value = 2;
    await backend.responses.invalidate(['db']);
    const late = backend.get('/');
    expect([(await early).text, (await late).text]).toEqual(['1', '2']);
    expect((await backend.get('/')).text).toBe('2');
  });
});

describe('Flights', () => {
  it('bounds the wait', async () => {
    const flights = new Flights();
    flights.lead('key');
    const landing = flights.landing('key');
    expect(landing).toBeDefined();
    if (landing !== undefined) expect(await waitFor(landing, 5)).toBe(false);
  });

  it('lets nobody wait for a second flight with the same key, and forgets those that landed', async () => {
    const flights = new Flights();
    const first = flights.lead('key');
    flights.lead('key').land(false);
    const landing = flights.landing('key');
    first.land(true);
    expect(await landing).toBe(true);
    expect([flights.size, flights.landing('key')]).toEqual([0, undefined]);
  });
});
