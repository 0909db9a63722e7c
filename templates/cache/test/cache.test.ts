import express from 'express';
import request from 'supertest';
import { describe, expect, it } from 'vitest';
import { cache } from '../src/cache/index.js';

describe('a cached route', () => {
  it('runs once, and answers again with the same bytes', async () => {
    let runs = 0;
    const app = express().get('/report', cache({ ttl: 60 }), (_req, res) => {
      runs += 1;
      res.json({ runs });
    });
    const miss = await request(app).get('/report').expect(200);
    const hit = await request(app).get('/report').expect(200);
    expect(miss.headers['x-cache']).toMatch(/^MISS/);
    expect(hit.headers['x-cache']).toMatch(/^HIT/);
    expect(hit.text).toBe(miss.text);
    expect(hit.headers.etag).toBe(miss.headers.etag);
    expect(runs).toBe(1);
  });

  it('never answers a write from the cache', async () => {
    let runs = 0;
    const app = express().all('/report', cache({ ttl: 60 }), (_req, res) => {
      runs += 1;
      res.json({ runs });
    });
    await request(app).post('/report').expect(200, { runs: 1 });
    await request(app).post('/report').expect(200, { runs: 2 });
  });
});
