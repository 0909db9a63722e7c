import type { RetrofitContext, RouteVerdict } from '../../src/capability/capability.js';
import { dialectPath } from '../../src/dialect/dialect.js';
import { wireEntry } from './wire-entry.js';
import { ALREADY_CACHED, wrapRoutes } from './wrap-routes.js';

/** Caches the routes of a repository that are safe to cache, and loads the cache where the program starts. */
export function retrofitCache(context: RetrofitContext): readonly RouteVerdict[] {
  const target = dialectPath(`${context.runtimeFolder}/cache/index.ts`, context.project.language);
  const verdicts = wrapRoutes(context, target);
  if (verdicts.some(({ verdict, reason }) => verdict === 'cached' || reason === ALREADY_CACHED)) {
    wireEntry(context, target);
  }
  return verdicts;
}
