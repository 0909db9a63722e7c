import { Types } from 'mongoose';
import { z } from 'zod';
import { HttpError } from '../http/http-error.js';
import type { Product } from './product.model.js';

/** Sort orders that an index supports; a leading `-` means descending. */
export const SORTS = ['createdAt', '-createdAt', 'price', '-price', 'name', '-name'] as const;

export type Sort = (typeof SORTS)[number];
export type SortField = 'createdAt' | 'price' | 'name';

export interface Order {
  readonly field: SortField;
  readonly direction: 1 | -1;
}

/** The last product of a page: the next page begins right after it. */
export interface Position {
  readonly value: Date | number | string;
  readonly id: Types.ObjectId;
}

const fieldValue = {
  createdAt: z.iso.datetime().transform((text) => new Date(text)),
  price: z.number(),
  name: z.string(),
};
const id = z
  .string()
  .regex(/^[\da-f]{24}$/)
  .transform((hex) => new Types.ObjectId(hex));

export function orderOf(sort: Sort): Order {
  return { field: sort.replace('-', '') as SortField, direction: sort.startsWith('-') ? -1 : 1 };
}

/** An opaque text for the client. It names its sort order, because it means nothing in another one. */
export function encodeCursor(sort: Sort, last: Product): string {
  const position = [sort, last[orderOf(sort).field], last._id];
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

/** Throws an `HttpError` 400 for anything that `encodeCursor` did not make for this sort order. */
export function decodeCursor(sort: Sort, cursor: string): Position {
  const content = z.tuple([z.literal(sort), fieldValue[orderOf(sort).field], id]);
  const result = content.safeParse(parseJson(Buffer.from(cursor, 'base64url').toString()));
  if (!result.success) {
    throw new HttpError(400, 'The request is not valid.', [
      { field: 'cursor', message: 'must be the nextCursor of a page with the same sort order' },
    ]);
  }
  const [, value, objectId] = result.data;
  return { value, id: objectId };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
