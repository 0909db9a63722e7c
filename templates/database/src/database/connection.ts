import mongoose from 'mongoose';
import { env } from '../config/env.js';
import { logger } from '../lib/logger.js';
import { hasProducts, seedProducts } from '../products/product.seed.js';
import type { Service } from '../services/service.js';
import { type DevelopmentDatabase, openDevelopmentDatabase } from './development.js';

const SAMPLE_PRODUCTS = 1000;

let development: DevelopmentDatabase | undefined;

/** MongoDB at `MONGODB_URI`, or the development database where that is not set. */
export const database: Service = {
  name: 'mongodb',
  optional: false,
  async start() {
    if (env.MONGODB_URI === undefined) {
      development = await openDevelopmentDatabase();
      await connect(development.uri);
      await addSampleProducts();
    } else {
      await connect(env.MONGODB_URI);
    }
  },
  async check() {
    await mongoose.connection.getClient().db().command({ ping: 1 });
  },
  async stop() {
    await mongoose.disconnect();
    await development?.close();
  },
};

export async function connect(uri: string): Promise<void> {
  // By default a request waits 30 s for a lost database and for ever for a free connection: longer than its client does.
  await mongoose.connect(uri, { serverSelectionTimeoutMS: 5000, waitQueueTimeoutMS: 5000 });
}

async function addSampleProducts(): Promise<void> {
  if (await hasProducts()) return;
  await seedProducts(SAMPLE_PRODUCTS);
  logger.info(`the development database was empty: added ${SAMPLE_PRODUCTS} sample products`);
}
