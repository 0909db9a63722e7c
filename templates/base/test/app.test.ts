import express from 'express';
import request from 'supertest';
import { describe, expect, it } from 'vitest';
import { createApp } from '../src/app.js';
import { errorHandler } from '../src/http/error-handler.js';

const api = request(createApp({ services: [], isDraining: () => false }));

describe('the application', () => {
  it('answers an unknown path with problem details', async () => {
    const answer = await api.get('/nowhere').expect(404);
    expect(answer.type).toBe('application/problem+json');
    expect(answer.body).toMatchObject({
      title: 'Not Found',
      status: 404,
      requestId: answer.headers['x-request-id'],
    });
  });

  it.each([
    ['{ "broken": ', 400],
    [JSON.stringify({ text: 'x'.repeat(200_000) }), 413],
  ])('refuses a body that it cannot take', async (body, status) => {
    const answer = await api.post('/nowhere').type('json').send(body).expect(status);
    expect(answer.body).toMatchObject({ status });
  });

  it('keeps the request id of a proxy, but no malformed one', async () => {
    await api.get('/nowhere').set('X-Request-Id', 'edge-42').expect('X-Request-Id', 'edge-42');
    const answer = await api.get('/nowhere').set('X-Request-Id', 'two words').expect(404);
    expect(answer.headers['x-request-id']).toMatch(/^[\da-f-]{36}$/);
  });

  it('sends security headers', async () => {
    const { headers } = await api.get('/nowhere');
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['x-powered-by']).toBeUndefined();
  });

  it('never shows the details of a server fault', async () => {
    const app = express().get('/', () => {
      throw new Error('the password is hunter2');
    });
    const answer = await request(app.use(errorHandler)).get('/').expect(500);
    expect(answer.body).toEqual({ type: 'about:blank', title: 'Internal Server Error', status: 500 });
  });
});
