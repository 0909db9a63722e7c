import { evalExpr } from 'mingo/core';
import { type Iterator, Lazy } from 'mingo/lazy';
import type { Any, Options } from 'mingo/types';
import { ServerError } from '../errors.js';
import { stringOrder } from '../values/collation.js';
import { cloneValue, type Document, isDocument } from '../values/documents.js';
import { keyOf } from '../values/key.js';
import { setAt, valueAt } from '../values/paths.js';
import { compileProjection, flattenFields } from './projection.js';
import { type SortSpecification, sortBy } from './sort.js';

export { $bucket } from './bucket.js';
export { $lookup } from './lookup.js';

/**
 * The stages in which mingo's result differs from MongoDB's (order of types, keys of groups, sampling without
 * repetition, fields in their order). They take the place of mingo's.
 */
type Stage = (input: Iterator, specification: Any, options: Options) => Iterator;

const itself = (document: Document) => document;

export const $sort: Stage = (input, specification, options) =>
  input.transform((documents) =>
    Lazy(
      sortBy(
        documents as Document[],
        itself,
        specification as SortSpecification,
        stringOrder(options.collation),
      ),
    ),
  );

export const $project: Stage = (input, specification, options) =>
  input.map(compileProjection(specification as Document, options));

export const $addFields: Stage = (input, specification, options) => {
  const fields = flattenFields(specification as Document);
  return input.map((document: Document) => {
    const extended = cloneValue(document);
    for (const [path, expression] of fields)
      assignThroughArrays(extended, path.split('.'), evalExpr(document, expression, options));
    return extended;
  });
};

export const $set = $addFields;

/** A field set on an array is set on each of its documents; `undefined` removes it. */
function assignThroughArrays(target: Document, [name = '', ...below]: string[], value: unknown): void {
  if (below.length === 0) {
    if (value === undefined) delete target[name];
    else target[name] = value;
    return;
  }
  const next = target[name];
  if (!isDocument(next) && !Array.isArray(next)) {
    if (value === undefined) return;
    target[name] = {};
  }
  for (const inner of [target[name]].flat()) if (isDocument(inner)) assignThroughArrays(inner, below, value);
}

export const $unset: Stage = (input, paths, options) => {
  const excluded = (Array.isArray(paths) ? paths : [paths]).map((path) => [path, 0]);
  return $project(input, Object.fromEntries(excluded), options);
};

export const $sample: Stage = (input, specification) =>
  input.transform((documents) =>
    Lazy(shuffled(documents).slice(0, Number((specification as Document).size))),
  );

function shuffled<T>(items: readonly T[]): T[] {
  const deck = [...items];
  for (let last = deck.length - 1; last > 0; last--) {
    const other = Math.floor(Math.random() * (last + 1));
    [deck[last], deck[other]] = [deck[other] as T, deck[last] as T];
  }
  return deck;
}

export const $group: Stage = (input, specification, options) => {
  const { _id: idExpression, ...fields } = specification as Document;
  if (idExpression === undefined)
    throw new ServerError('BadValue', 'a group specification must include an _id');
  if (isConstant(idExpression))
    return input.transform((documents) =>
      Lazy(oneGroup(idExpression, documents as Document[], fields, options)),
    );
  return input.transform((documents) => {
    const groups = new Map<string, { readonly id: unknown; readonly members: Document[] }>();
    for (const document of documents as Document[]) {
      const id = evalExpr(document, idExpression, options) ?? null;
      const key = keyOf(id);
      const group = groups.get(key);
      if (group) group.members.push(document);
      else groups.set(key, { id, members: [document] });
    }
    return Lazy([...groups.values()].map(({ id, members }) => accumulate(id, members, fields, options)));
  });
};

function isConstant(expression: unknown): boolean {
  return expression === null || typeof expression === 'number' || typeof expression === 'boolean';
}

function oneGroup(id: unknown, members: Document[], fields: Document, options: Options): Document[] {
  return members.length > 0 ? [accumulate(id, members, fields, options)] : [];
}

function accumulate(id: unknown, members: Document[], fields: Document, options: Options): Document {
  const group: Document = { _id: id };
  for (const [name, expression] of Object.entries(fields))
    group[name] = evalExpr(members, expression, options);
  return group;
}

export const $unwind: Stage = (input, specification) => {
  const unwind = typeof specification === 'string' ? { path: specification } : (specification as Document);
  return input.transform((documents) =>
    Lazy((documents as Document[]).flatMap((document) => elements(document, unwind))),
  );
};

function elements(document: Document, unwind: Document): Document[] {
  const path = String(unwind.path).slice(1);
  const value = valueAt(document, path);
  const values = Array.isArray(value) ? value : value == null ? [] : [value];
  if (values.length === 0)
    return unwind.preserveNullAndEmptyArrays ? [unwound(document, path, value, null, unwind)] : [];
  return values.map((element, index) =>
    unwound(document, path, element, Array.isArray(value) ? index : null, unwind),
  );
}

function unwound(
  document: Document,
  path: string,
  element: unknown,
  index: number | null,
  unwind: Document,
): Document {
  const copy = cloneValue(document);
  if (!Array.isArray(element) || element.length > 0) setAt(copy, path, element);
  else setAt(copy, path, undefined);
  if (typeof unwind.includeArrayIndex === 'string') setAt(copy, unwind.includeArrayIndex, index);
  return copy;
}
