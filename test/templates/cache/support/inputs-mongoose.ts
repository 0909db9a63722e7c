import { createRequire } from 'node:module';
import type mongoose9 from 'mongoose';

export type Mongoose = typeof mongoose9;

const require = createRequire(import.meta.url);
const load = (name: string) => require(name) as Mongoose;

/** The versions whose documents are observed, typed as the newest. */
export const MONGOOSE: Record<string, Mongoose> = {
  'mongoose 5.7': load('mongoose57'),
  'mongoose 5.13': load('mongoose5'),
  'mongoose 6': load('mongoose6'),
  'mongoose 7': load('mongoose7'),
  'mongoose 8': load('mongoose8'),
  'mongoose 9': load('mongoose'),
};
