import { IncomingMessage, ServerResponse } from 'node:http';
import express from 'express';
import mongoose from 'mongoose';
import { fingerprint } from '../../templates/cache/src/cache/fingerprint.js';
import {
  evaluateInput,
  observeRequest,
  requestShape,
} from '../../templates/cache/src/cache/observe-request.js';

/** Prints what observing costs, in microseconds of one thread: medians of several rounds. */

type Properties = Record<string, unknown>;
// biome-ignore lint/suspicious/noExplicitAny: handlers read what they like
type AnyRequest = IncomingMessage & Record<string, any>;

const app = express();
const words = [...'abcdefghijklmnopqr'].map((name) => [name, `value of ${name}`] as const);
const schema = new mongoose.Schema({
  role: String,
  ...Object.fromEntries(words.map(([name]) => [name, String])),
});
const document = mongoose.model('BenchUser', schema).hydrate({
  _id: new mongoose.Types.ObjectId(),
  role: 'user',
  ...Object.fromEntries(words),
});

function requestWith(properties: Properties): [AnyRequest, ServerResponse] {
  const req = new IncomingMessage(null as never) as AnyRequest;
  Object.assign(
    req,
    { method: 'GET', url: '/x', originalUrl: '/x', baseUrl: '', params: { id: '1' } },
    properties,
  );
  req.headers = { host: 'a', accept: 'text/html', cookie: 'sid=1; theme=dark', 'user-agent': 'Mozilla/5.0' };
  const res = new ServerResponse(req);
  Object.setPrototypeOf(req, app.request);
  Object.setPrototypeOf(res, app.response);
  Object.assign(res, { locals: {} });
  return [req, res];
}

function microseconds(run: () => unknown, times = 10_000): string {
  for (let index = 0; index < 5000; index += 1) run();
  const rounds = Array.from({ length: 7 }, () => {
    const start = performance.now();
    for (let index = 0; index < times; index += 1) run();
    return ((performance.now() - start) * 1000) / times;
  });
  return (rounds.sort((left, right) => left - right)[3] ?? 0).toFixed(2).padStart(7);
}

const users: Record<string, Properties> = {
  'no user': {},
  'token payload': { user: { id: '1', role: 'user', email: 'a@b.c', iat: 1, exp: 2 } },
  '20-field document': { user: document },
};
const handlers: Record<string, (req: AnyRequest) => unknown> = {
  'nothing read': () => 0,
  'id and role': (req) => req.user && req.user.id + req.user.role,
  '2 headers': (req) => [req.headers.accept, req.get('x-a')],
  'whole user': (req) => JSON.stringify(req.user),
};

console.log('µs per request                     hit: key  inputs   miss: start, reads, stop');
for (const [user, properties] of Object.entries(users)) {
  for (const [reading, handler] of Object.entries(handlers)) {
    const observeOnce = (observes: boolean) => {
      const [req, res] = requestWith(properties);
      const observation = observes ? observeRequest(req, res) : undefined;
      handler(req);
      return observation?.stop().inputs ?? [];
    };
    const inputs = observeOnce(true);
    const [req, res] = requestWith(properties);
    const key = microseconds(() => fingerprint(req.params) + requestShape(req, res));
    const hit = microseconds(() => {
      for (const { read, fingerprint: expected } of inputs) {
        if (evaluateInput(read, req, res) !== expected) throw new Error('the entry does not match');
      }
    });
    const without = Number(microseconds(() => observeOnce(false)));
    const miss = Number(microseconds(() => observeOnce(true))) - without;
    console.log(
      `${user.padEnd(18)} ${reading.padEnd(13)} ${inputs.length} ${key} ${hit}   ${miss.toFixed(1).padStart(7)}`,
    );
  }
}
await mongoose.disconnect();
