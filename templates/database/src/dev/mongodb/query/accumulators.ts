import { Decimal128, Long } from 'bson';
import * as accumulators from 'mingo/operators/accumulator';
import type { Any, Options } from 'mingo/types';
import { inexactArithmetic } from '../errors.js';
import { compareValues } from '../values/order.js';

type Accumulator = (items: Any[], expression: Any, options: Options) => unknown;

/**
 * mingo calculates with JavaScript numbers and passes over a Decimal128 or a Long beyond 2^53. A wrong sum would be
 * worse than none: arithmetic that meets such a value fails.
 */
function exact(name: string, accumulator: Accumulator): Accumulator {
  return (items, expression, options) => {
    if (typeof expression === 'number') return accumulator(items, expression, options);
    const values = accumulators.$push(items, expression, options) as unknown[];
    if (values.some(isInexact)) throw inexactArithmetic(name);
    return accumulator(values, null, options);
  };
}

function isInexact(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(isInexact);
  return value instanceof Decimal128 || value instanceof Long;
}

function extreme(direction: 1 | -1): Accumulator {
  return (items, expression, options) => {
    const values = (accumulators.$push(items, expression, options) as unknown[]).filter(
      (value) => value != null,
    );
    if (values.length === 0) return null;
    return values.reduce((best, value) => (compareValues(value, best) * direction < 0 ? value : best));
  };
}

export const $min = extreme(1);
export const $max = extreme(-1);
export const $sum = exact('$sum', accumulators.$sum as Accumulator);
export const $avg = exact('$avg', accumulators.$avg as Accumulator);
export const $stdDevPop = exact('$stdDevPop', accumulators.$stdDevPop as Accumulator);
export const $stdDevSamp = exact('$stdDevSamp', accumulators.$stdDevSamp as Accumulator);
