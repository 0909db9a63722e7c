import { z } from 'zod';
import { SORTS } from './cursor.js';

const category = z
  .string()
  .regex(/^[a-z\d-]{1,50}$/, 'must be 1 to 50 lower-case letters, digits or hyphens');
const tag = z.string().trim().min(1).max(50);
const price = z.number().int().min(0);

export const productInput = z.strictObject({
  name: z.string().trim().min(1).max(200),
  price,
  category,
  stock: z.number().int().min(0).default(0),
  tags: z.array(tag).max(20).default([]),
});

export const productChanges = z
  .strictObject({
    name: productInput.shape.name,
    price,
    category,
    stock: productInput.shape.stock.unwrap(),
    tags: productInput.shape.tags.unwrap(),
  })
  .partial()
  .refine((changes) => Object.keys(changes).length > 0, 'must change at least one field');

export const productId = z.strictObject({
  id: z.string().regex(/^[\da-f]{24}$/i, 'must be 24 hexadecimal digits'),
});

const queryPrice = z.coerce.number().pipe(price);

export const productQuery = z.strictObject({
  category: category.optional(),
  tag: tag.optional(),
  minPrice: queryPrice.optional(),
  maxPrice: queryPrice.optional(),
  inStock: z.stringbool().optional(),
  sort: z.enum(SORTS).default('-createdAt'),
  limit: z.coerce.number().int().min(1).max(100).default(20),
  cursor: z.string().max(1000).optional(),
});

export type ProductInput = z.infer<typeof productInput>;
export type ProductChanges = z.infer<typeof productChanges>;
export type ProductQuery = z.infer<typeof productQuery>;
