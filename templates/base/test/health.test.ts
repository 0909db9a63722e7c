import request from 'supertest';
import { describe, expect, it } from 'vitest';
import { createApp } from '../src/app.js';
import type { Service } from '../src/services/service.js';

function service(optional: boolean, up: boolean): Service {
  return {
    name: optional ? 'optional' : 'required',
    optional,
    check: async () => {
      if (!up) throw new Error('down');
    },
    stop: async () => {},
  };
}

function readiness(services: readonly Service[], draining = false) {
  return request(createApp({ services, isDraining: () => draining })).get('/health/ready');
}

describe('health', () => {
  it('is live as long as the process answers', async () => {
    await request(createApp({ services: [service(false, false)], isDraining: () => true }))
      .get('/health/live')
      .expect(200, { status: 'ok' });
  });

  it('is ready when every service is up', async () => {
    const unchecked: Service = { name: 'unchecked', optional: true, stop: async () => {} };
    await readiness([service(false, true), service(true, true), unchecked]).expect(200, {
      status: 'ready',
      services: { required: 'up', optional: 'up' },
    });
  });

  it('is degraded, but ready, without an optional service', async () => {
    const answer = await readiness([service(false, true), service(true, false)]).expect(200);
    expect(answer.body).toEqual({ status: 'degraded', services: { required: 'up', optional: 'down' } });
  });

  it('is not ready without a required service', async () => {
    const answer = await readiness([service(false, false), service(true, true)]).expect(503);
    expect(answer.body).toMatchObject({ status: 'unavailable', services: { required: 'down' } });
  });

  it('is not ready while the process stops, and asks clients to reconnect elsewhere', async () => {
    await readiness([service(false, true)], true)
      .expect(503)
      .expect('Connection', 'close');
  });
});
