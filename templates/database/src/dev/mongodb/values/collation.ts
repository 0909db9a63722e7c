import type { CollationSpec } from 'mingo/types';
import type { StringOrder } from './order.js';

const SENSITIVITY = { 1: 'base', 2: 'accent', 3: 'variant' } as const;

/** The order of strings under a collation; undefined for the binary order that MongoDB has without one. */
export function stringOrder(collation: CollationSpec | undefined): StringOrder | undefined {
  if (!collation?.locale || collation.locale === 'simple') return undefined;
  const collator = new Intl.Collator(collation.locale.replace('_', '-'), {
    sensitivity: SENSITIVITY[collation.strength ?? 3],
    numeric: collation.numericOrdering ?? false,
    ignorePunctuation: collation.alternate === 'shifted',
  });
  return collator.compare;
}
