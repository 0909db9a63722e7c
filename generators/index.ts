import type { Capability } from '../src/capability/capability.js';
import { base } from './base/index.js';
import { cache } from './cache/index.js';
import { database } from './database/index.js';
import { redis } from './redis/index.js';

/** Every capability, in the order in which their questions are asked. */
export const capabilities: readonly Capability[] = [base, database, redis, cache];
