import { model, Schema, type Types } from 'mongoose';

export interface Product {
  readonly _id: Types.ObjectId;
  readonly name: string;
  /** In the smallest unit of the currency, such as cents. */
  readonly price: number;
  readonly category: string;
  readonly stock: number;
  readonly tags: readonly string[];
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

const schema = new Schema<Product>(
  {
    name: { type: String, required: true },
    price: { type: Number, required: true },
    category: { type: String, required: true },
    stock: { type: Number, required: true },
    tags: { type: [String], required: true },
  },
  { timestamps: true, versionKey: false },
);

// Every sort order has an index, alone and within a category. `_id` breaks ties, so that pages never overlap.
schema.index({ createdAt: 1, _id: 1 });
schema.index({ price: 1, _id: 1 });
schema.index({ name: 1, _id: 1 });
schema.index({ category: 1, createdAt: 1, _id: 1 });
schema.index({ category: 1, price: 1, _id: 1 });
schema.index({ category: 1, name: 1, _id: 1 });
schema.index({ tags: 1, createdAt: 1, _id: 1 });

export const ProductModel = model<Product>('Product', schema);
