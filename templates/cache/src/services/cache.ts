import { closeCache } from '../cache/index.js';
import type { Service } from './service.js';

export const cache: Service = { name: 'cache', optional: true, stop: closeCache };
