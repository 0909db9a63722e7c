import { ProductModel } from './product.model.js';
import { SAMPLE_ID_LIMIT, sampleProduct } from './sample-product.js';

const BATCH_SIZE = 1000;

export async function hasProducts(): Promise<boolean> {
  return (await ProductModel.exists({})) !== null;
}

/** Replaces all sample products by `count` new ones, the same ones every time; other products stay as they are. */
export async function seedProducts(count: number, onProgress?: (done: number) => void): Promise<void> {
  // Indexes are built faster without documents, and not beside the inserts.
  await ProductModel.init();
  await ProductModel.deleteMany({ _id: { $lt: SAMPLE_ID_LIMIT } });
  for (let start = 0; start < count; start += BATCH_SIZE) {
    const size = Math.min(BATCH_SIZE, count - start);
    const products = Array.from({ length: size }, (_, offset) => sampleProduct(start + offset));
    // Past mongoose, which would hydrate and validate every one of them.
    await ProductModel.collection.insertMany(products);
    onProgress?.(start + size);
  }
}
