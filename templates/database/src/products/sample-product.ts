import { Types } from 'mongoose';
import type { Product } from './product.model.js';

const categories = [
  'books',
  'clothing',
  'electronics',
  'garden',
  'grocery',
  'home',
  'music',
  'sports',
  'toys',
];
const adjectives = [
  'Bright',
  'Classic',
  'Compact',
  'Light',
  'Modern',
  'Quiet',
  'Simple',
  'Smart',
  'Solid',
  'Warm',
];
const nouns = [
  'Basket',
  'Bottle',
  'Chair',
  'Clock',
  'Jacket',
  'Kettle',
  'Lamp',
  'Notebook',
  'Radio',
  'Table',
];
const tags = [
  'bestseller',
  'eco',
  'gift',
  'imported',
  'limited',
  'new',
  'outlet',
  'premium',
  'sale',
  'vegan',
];

const FIRST_CREATED = Date.UTC(2025, 0, 1);
const MINUTE = 60_000;

/** Ids of sample products have no time in them, so that no other document can have one: they lie below this id. */
export const SAMPLE_ID_LIMIT = new Types.ObjectId('000000010000000000000000');

/** The same product for the same index, always. */
export function sampleProduct(index: number): Product {
  const random = seededRandom(index);
  const pick = (words: readonly string[]) => words[Math.floor(random() * words.length)] ?? '';
  const createdAt = new Date(FIRST_CREATED + index * MINUTE);
  return {
    _id: new Types.ObjectId(index.toString(16).padStart(24, '0')),
    name: `${pick(adjectives)} ${pick(nouns)} ${index}`,
    price: 100 + Math.floor(random() * 50_000),
    category: pick(categories),
    stock: Math.floor(random() * 500),
    tags: [...new Set([pick(tags), pick(tags), pick(tags)])],
    createdAt,
    updatedAt: createdAt,
  };
}

/** Mulberry32: small, fast, and good enough for sample data. Numbers lie in [0, 1). */
function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}
