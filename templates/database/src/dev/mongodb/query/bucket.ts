import { evalExpr } from 'mingo/core';
import { type Iterator, Lazy } from 'mingo/lazy';
import type { Any, Options } from 'mingo/types';
import { ServerError } from '../errors.js';
import type { Document } from '../values/documents.js';
import { compareValues } from '../values/order.js';

interface Bucket {
  readonly groupBy: unknown;
  readonly boundaries: readonly unknown[];
  readonly default?: unknown;
  readonly output?: Document;
}

/** Groups by ranges, the lower boundary included. A bucket that nothing fell into is not shown. */
export function $bucket(input: Iterator, specification: Any, options: Options): Iterator {
  const bucket = specification as Bucket;
  const { output = { count: { $sum: 1 } } } = bucket;
  return input.transform((documents) => {
    const members = new Map<unknown, Document[]>();
    for (const document of documents as Document[]) {
      const id = bucketOf(evalExpr(document, bucket.groupBy, options), bucket);
      const others = members.get(id);
      if (others) others.push(document);
      else members.set(id, [document]);
    }
    const ids = [...members.keys()].sort((a, b) => compareValues(a, b));
    return Lazy(ids.map((_id) => summary(_id, members.get(_id) ?? [], output, options)));
  });
}

function bucketOf(value: unknown, bucket: Bucket): unknown {
  const above = bucket.boundaries.findIndex((boundary) => compareValues(value, boundary) < 0);
  if (above > 0) return bucket.boundaries[above - 1];
  if (bucket.default !== undefined) return bucket.default;
  throw new ServerError('BadValue', '$bucket found a value outside its boundaries and has no default');
}

function summary(_id: unknown, members: Document[], output: Document, options: Options): Document {
  const fields = Object.entries(output).map(([name, expression]) => [
    name,
    evalExpr(members, expression, options),
  ]);
  return { _id, ...Object.fromEntries(fields) };
}
