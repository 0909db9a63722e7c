import request from 'supertest';
import { beforeEach, describe, expect, it } from 'vitest';
import { createApp } from '../src/app.js';
import { ProductModel } from '../src/products/product.model.js';
import { seedProducts } from '../src/products/product.seed.js';
import { useDatabase } from './support/database.js';

useDatabase();
const api = request(createApp({ services: [], isDraining: () => false }));
const lamp = { name: 'Lamp', price: 4900, category: 'home', stock: 3, tags: ['new'] };

beforeEach(async () => {
  await ProductModel.deleteMany({});
});

describe('one product', () => {
  it('is created, read, changed and deleted', async () => {
    const created = await api.post('/products').send(lamp).expect(201);
    const { location } = created.headers;
    expect(location).toBe(`/products/${created.body.id}`);
    expect((await api.get(`${location}`).expect(200)).body).toEqual(created.body);

    const changed = await api.patch(`${location}`).send({ stock: 0 }).expect(200);
    expect(changed.body).toMatchObject({ ...lamp, stock: 0 });

    await api.delete(`${location}`).expect(204);
    await api.get(`${location}`).expect(404);
  });

  it('names every field that is wrong', async () => {
    const answer = await api
      .post('/products')
      .send({ ...lamp, price: -1, colour: 'red' })
      .expect(400);
    expect(answer.type).toBe('application/problem+json');
    expect(answer.body.errors.map((error: { field: string }) => error.field)).toEqual(['price', '']);
  });

  it('keeps its other fields when one is changed', async () => {
    const { body } = await api.post('/products').send(lamp).expect(201);
    const changed = await api.patch(`/products/${body.id}`).send({ price: 1 }).expect(200);
    expect(changed.body).toMatchObject({ ...lamp, price: 1 });
    await api.patch(`/products/${body.id}`).send({}).expect(400);
  });

  it.each(['get', 'delete'] as const)(
    'answers %s of an unknown id with 404 and of a malformed one with 400',
    async (method) => {
      await api[method]('/products/65f000000000000000000000').expect(404);
      await api[method]('/products/none').expect(400);
    },
  );
});

describe('a list of products', () => {
  beforeEach(async () => {
    await seedProducts(50);
  });

  it.each(['createdAt', '-createdAt', 'price', '-price', 'name', '-name'])(
    'by %s is complete and in order',
    async (sort) => {
      const pages = await allPages({ sort, limit: '7' });
      const field = sort.replace('-', '');
      const values = pages.flat().map((product) => product[field] as string | number);
      const ascending = [...values].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
      expect(values).toEqual(sort.startsWith('-') ? ascending.reverse() : ascending);
      expect(new Set(pages.flat().map(({ id }) => id)).size).toBe(50);
      expect(pages.map((page) => page.length)).toEqual([7, 7, 7, 7, 7, 7, 7, 1]);
    },
  );

  it('does not lose products with equal values between pages', async () => {
    await ProductModel.updateMany({}, { price: 100 });
    const pages = await allPages({ sort: 'price', limit: '9' });
    expect(new Set(pages.flat().map(({ id }) => id)).size).toBe(50);
  });

  it('is filtered', async () => {
    await api.post('/products').send(lamp).expect(201);
    const query = { category: 'home', tag: 'new', minPrice: '4900', maxPrice: '4900', inStock: 'true' };
    const { body } = await api.get('/products').query(query).expect(200);
    expect(body.items).toEqual([expect.objectContaining(lamp)]);
    expect(body.nextCursor).toBeNull();
  });

  it.each([
    { limit: '0' },
    { limit: '101' },
    { sort: 'stock' },
    { minPrice: 'cheap' },
    { 'category[$ne]': 'home' },
    { cursor: 'bm9uc2Vuc2U' },
    { page: '2' },
  ])('is refused for %o', async (query) => {
    await api.get('/products').query(query).expect(400);
  });

  it('refuses a cursor of another sort order', async () => {
    const { body } = await api.get('/products').query({ sort: 'price', limit: '1' }).expect(200);
    await api.get('/products').query({ sort: 'name', cursor: body.nextCursor }).expect(400);
  });
});

async function allPages(query: Record<string, string>): Promise<Record<string, unknown>[][]> {
  const pages: Record<string, unknown>[][] = [];
  let cursor: string | null = null;
  do {
    const page = await api.get('/products').query(cursor === null ? query : { ...query, cursor });
    pages.push(page.body.items);
    cursor = page.body.nextCursor;
  } while (cursor !== null);
  return pages;
}
