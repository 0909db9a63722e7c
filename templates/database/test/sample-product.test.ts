import { describe, expect, it } from 'vitest';
import { productInput } from '../src/products/product.schemas.js';
import { SAMPLE_ID_LIMIT, sampleProduct } from '../src/products/sample-product.js';

describe('a sample product', () => {
  it('is the same for the same index', () => {
    expect(sampleProduct(42)).toEqual(sampleProduct(42));
    expect(sampleProduct(42)).not.toEqual(sampleProduct(43));
  });

  it('is one that the API accepts, below the limit of sample ids', () => {
    for (let index = 0; index < 1000; index++) {
      const { _id, createdAt, updatedAt, ...input } = sampleProduct(index);
      expect(productInput.safeParse(input).success).toBe(true);
      expect(createdAt).toEqual(updatedAt);
      expect(_id.toHexString() < SAMPLE_ID_LIMIT.toHexString()).toBe(true);
    }
  });
});
