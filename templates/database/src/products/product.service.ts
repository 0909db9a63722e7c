import type { QueryFilter } from 'mongoose';
import { decodeCursor, encodeCursor, orderOf } from './cursor.js';
import { type Product, ProductModel } from './product.model.js';
import type { ProductChanges, ProductInput, ProductQuery } from './product.schemas.js';

type Filter = QueryFilter<Product>;

/** A product as the API shows it. */
export interface ProductView extends Omit<Product, '_id'> {
  readonly id: string;
}

export interface ProductPage {
  readonly items: readonly ProductView[];
  /** Leads to the next page; null on the last one. */
  readonly nextCursor: string | null;
}

export async function list(query: ProductQuery): Promise<ProductPage> {
  const { field, direction } = orderOf(query.sort);
  const found = await ProductModel.find(filterOf(query))
    .sort({ [field]: direction, _id: direction })
    .limit(query.limit + 1)
    .lean<Product[]>();
  const page = found.slice(0, query.limit);
  const last = page.at(-1);
  const nextCursor = last !== undefined && found.length > page.length ? encodeCursor(query.sort, last) : null;
  return { items: page.map(viewOf), nextCursor };
}

export async function find(id: string): Promise<ProductView | undefined> {
  const product = await ProductModel.findById(id).lean<Product>();
  return product === null ? undefined : viewOf(product);
}

export async function create(input: ProductInput): Promise<ProductView> {
  const product = await ProductModel.create(input);
  return viewOf(product.toObject());
}

export async function update(id: string, changes: ProductChanges): Promise<ProductView | undefined> {
  const product = await ProductModel.findByIdAndUpdate(id, changes, {
    returnDocument: 'after',
  }).lean<Product>();
  return product === null ? undefined : viewOf(product);
}

/** Resolves to whether there was such a product. */
export async function remove(id: string): Promise<boolean> {
  const { deletedCount } = await ProductModel.deleteOne({ _id: id });
  return deletedCount > 0;
}

function filterOf(query: ProductQuery): Filter {
  const { category, tag, minPrice, maxPrice, inStock, cursor, sort } = query;
  const conditions: Filter[] = [];
  if (category !== undefined) conditions.push({ category });
  if (tag !== undefined) conditions.push({ tags: tag });
  if (minPrice !== undefined) conditions.push({ price: { $gte: minPrice } });
  if (maxPrice !== undefined) conditions.push({ price: { $lte: maxPrice } });
  if (inStock !== undefined) conditions.push({ stock: inStock ? { $gt: 0 } : 0 });
  if (cursor !== undefined) conditions.push(after(sort, cursor));
  return conditions.length === 0 ? {} : { $and: conditions };
}

/** What lies behind the cursor. The first half bounds the index scan, which `$or` alone would not. */
function after(sort: ProductQuery['sort'], cursor: string): Filter {
  const { field, direction } = orderOf(sort);
  const { value, id } = decodeCursor(sort, cursor);
  const [beyond, from] = direction === 1 ? ['$gt', '$gte'] : ['$lt', '$lte'];
  return {
    [field]: { [from]: value },
    $or: [{ [field]: { [beyond]: value } }, { [field]: value, _id: { [beyond]: id } }],
  };
}

function viewOf({ _id, ...product }: Product): ProductView {
  return { id: _id.toHexString(), ...product };
}
