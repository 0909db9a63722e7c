import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import express from 'express';
import { describe, expect, it } from 'vitest';
import type { InputRead } from '../../../templates/cache/src/cache/contracts.js';
import {
  evaluateInput,
  observeRequest,
  requestShape,
} from '../../../templates/cache/src/cache/observe-request.js';
import type { AnyRequest, AnyResponse } from './support/inputs-cases.js';

const app = express();

function requestWith(properties: Record<string, unknown> = {}, headers: Record<string, string> = {}) {
  const req = new IncomingMessage(new Socket()) as AnyRequest;
  Object.assign(req, { method: 'GET', url: '/x', originalUrl: '/x', baseUrl: '', params: {} });
  Object.assign(req.headers, headers);
  const res = new ServerResponse(req) as AnyResponse;
  Object.setPrototypeOf(req, app.request);
  Object.setPrototypeOf(res, app.response);
  Object.assign(req, { res }, properties);
  res.locals = {};
  return { req, res };
}

function observe(
  properties: Record<string, unknown>,
  run: (req: AnyRequest, res: AnyResponse) => void,
  headers = {},
) {
  const { req, res } = requestWith(properties, headers);
  const observation = observeRequest(req, res);
  run(req, res);
  return { ...observation.stop(), req, res };
}

describe('stopping', () => {
  it('puts properties, prototypes and the socket back', () => {
    const user = { name: 'ann' };
    const { req, res } = requestWith({ user, cookies: { a: '1' } });
    const describeOwn = () => ({
      req: Object.getOwnPropertyDescriptors(req),
      res: Object.getOwnPropertyDescriptors(res),
      socket: Object.getOwnPropertyDescriptors(req.socket),
      prototypes: [Object.getPrototypeOf(req) === app.request, Object.getPrototypeOf(res) === app.response],
    });
    const before = describeOwn();
    const observation = observeRequest(req, res);
    const { cookies } = req;
    const address = req.socket.remoteAddress;
    expect([req.user, cookies.a, address]).toEqual([user, '1', undefined]);
    const result = observation.stop();
    expect(describeOwn()).toEqual(before);
    expect(result.inputs.map(({ read }) => read.path.join('.'))).toEqual([
      'cookies.a',
      'cookies',
      'socket.remoteAddress',
      'user',
    ]);
    expect(observation.stop()).toBe(result);
  });

  it('keeps what the chain wrote, and does not count what it read of that', () => {
    const { req, res, inputs } = observe({ user: 1 }, (request, response) => {
      request.user = { id: 2 };
      request.copied = request.user.id;
      response.locals.a = 1;
      response.locals.b = response.locals.a;
      request.headers['x-b'] = 'b';
    });
    expect([req.user, req.copied, res.locals, req.headers['x-b']]).toEqual([
      { id: 2 },
      2,
      { a: 1, b: 1 },
      'b',
    ]);
    expect(inputs.map(({ read }) => `${read.op} ${read.path.join('.')}`)).toEqual(['kind locals']);
  });

  it('lets Proxies that escaped read on, unobserved', () => {
    const { req, res } = requestWith({}, { a: '1' });
    const observation = observeRequest(req, res);
    const { headers } = req;
    const { inputs } = observation.stop();
    expect([headers.a, 'a' in headers, { ...headers }]).toEqual(['1', true, { a: '1' }]);
    expect(inputs).toEqual([]);
  });

  it('leaves the Proxies of the application to the application', () => {
    const strict = new Proxy({}, { get: () => JSON.parse('{') });
    const { req } = observe({ kept: 1, strict: 1 }, (request) => {
      const get = (target: object, key: PropertyKey) => (key === 'x-own' ? 'own' : Reflect.get(target, key));
      request.kept = new Proxy(request.headers, { get });
      request.strict = strict;
    });
    expect([req.kept['x-own'], req.strict === strict]).toEqual(['own', true]);
  });

  it('refuses when an app behind the cache replaced the prototype', () => {
    const { uncacheable } = observe({}, (req) => Object.setPrototypeOf(req, express().request));
    expect(uncacheable).toContain('mounted behind the cache');
  });
});

describe('inputs', () => {
  it('are a set: sorted, once each, without what a read of the whole object includes', () => {
    const reads = (run: (req: AnyRequest) => void) =>
      observe({ a: 1, b: 2, cookies: { x: '1' } }, run).inputs.map(
        ({ read }) => `${read.op} ${read.path.join('.')}`,
      );
    const expected = ['get a', 'get b', 'get cookies'];
    expect(reads((req) => [req.b, req.cookies.x, req.a, Object.keys(req.cookies), req.b])).toEqual(expected);
    expect(reads((req) => [Object.keys(req.cookies), req.a, 'y' in req.cookies, req.b])).toEqual(expected);
  });

  it('survive JSON, and match the same request again', () => {
    const properties = () => ({
      user: { id: 1 },
      cookies: { x: '1' },
      [Symbol.for('tenant')]: 't',
      [Symbol('own')]: 2,
    });
    const headers = { 'x-a': '1', accept: 'text/html' };
    const values = properties();
    const read = (req: AnyRequest) => [
      ...[
        req.user,
        req.cookies,
        req.cookies.x,
        'y' in req.cookies,
        req.get('x-a'),
        req.accepts('html'),
        req.ip,
      ],
      ...Object.getOwnPropertySymbols(values).map((key) => req[key as never]),
    ];
    const { inputs, shareable } = observe(values, read, headers);
    const { req, res } = requestWith(values, headers);
    expect(inputs.length).toBeGreaterThan(7);
    expect(shareable).toBe(false);
    for (const input of inputs) {
      const restored = JSON.parse(JSON.stringify(input.read)) as InputRead;
      expect([restored, evaluateInput(restored, req, res)]).toEqual([input.read, input.fingerprint]);
    }
  });

  it('match nothing where reading throws, not even each other', () => {
    const { req, res } = requestWith();
    Object.defineProperty(req, 'user', { get: () => JSON.parse('{') });
    const read = { op: 'get', on: 'req', path: ['user'] } as const;
    const evaluated = [evaluateInput(read, req, res), evaluateInput(read, req, res)];
    expect(new Set(evaluated).size).toBe(2);
    expect(evaluateInput({ op: 'get', on: 'req', path: ['missing', 'id'] }, req, res)).toMatch(/^!/);
  });

  it('never show secrets, however short', () => {
    const secret = 'hunter2';
    const holders = {
      cookies: { a: secret },
      session: { a: secret },
      token: secret,
      user: { a: secret },
      apiKey: secret,
    };
    const { inputs } = observe(
      { ...holders, name: 'ann' },
      (req) => [
        req.cookies.a,
        req.session.a,
        req.token,
        req.user,
        req.apiKey,
        req.headers.authorization,
        req.name,
      ],
      { authorization: secret },
    );
    expect(inputs).toHaveLength(9);
    expect(JSON.stringify(inputs)).not.toContain(secret);
    expect(JSON.stringify(inputs)).toContain('s3:ann');
  });

  it('hide that a request is conditional', () => {
    const conditional = { 'if-none-match': '"a"', 'if-modified-since': 'now', 'x-a': '1' };
    const seen: unknown[] = [];
    const { inputs, req, res } = observe(
      {},
      (request) =>
        seen.push(
          request.fresh,
          request.stale,
          request.get('if-none-match'),
          'if-none-match' in request.headers,
          { ...request.headers },
        ),
      conditional,
    );
    expect(seen).toEqual([false, true, undefined, false, { 'x-a': '1' }]);
    const unconditional = requestWith({}, { 'x-a': '1' });
    for (const { read, fingerprint } of inputs) {
      expect(evaluateInput(read, unconditional.req, unconditional.res)).toBe(fingerprint);
    }
    expect(evaluateInput({ op: 'get', on: 'req', path: ['headers'] }, req, res)).toBe(inputs[0]?.fingerprint);
  });

  it('are none while the infrastructure runs', () => {
    const { req, res } = requestWith({ user: 1 }, { a: '1' });
    const observation = observeRequest(req, res);
    expect(observation.quiet(() => [req.user, req.headers.a, req.accepts('html'), req.ip])).toHaveLength(4);
    expect(observation.stop().inputs).toEqual([]);
  });

  it('are refused where a call cannot be repeated or a value cannot be walked', () => {
    const call = observe({}, (req) => req.accepts({ odd: true } as never));
    expect(call.uncacheable).toContain('cannot be repeated');
    const huge = observe({ list: Array(20_000).fill(1) }, (req) => req.list);
    expect(huge.uncacheable).toBe('reads req.list: a value that is too large');
    const other = observeRequest({} as never, {} as never).stop();
    expect(other.uncacheable).toBe('is no HTTP/1 request');
  });
});

describe('the shape of a request', () => {
  it('names what middleware added, and which headers and status it set', () => {
    const shape = (change: (req: AnyRequest, res: AnyResponse) => void) => {
      const { req, res } = requestWith();
      change(req, res);
      return requestShape(req, res);
    };
    const shapes = [
      shape(() => {}),
      shape((req) => Object.assign(req, { user: undefined })),
      shape((req) => Object.defineProperty(req, 'hidden', { value: 1 })),
      shape((_req, res) => Object.assign(res, { helper: 1 })),
      shape((_req, res) => res.setHeader('x-a', '1')),
      shape((_req, res) => res.status(202)),
    ];
    expect(new Set(shapes).size).toBe(shapes.length);
    expect(shape((req) => Object.assign(req, { user: 1 }))).toBe(
      shape((req) => Object.assign(req, { user: 2 })),
    );
  });

  it('is the same while the request is observed', () => {
    const { req, res } = requestWith({ user: 1 });
    const before = requestShape(req, res);
    const observation = observeRequest(req, res);
    expect(requestShape(req, res)).toBe(before);
    observation.stop();
  });
});
