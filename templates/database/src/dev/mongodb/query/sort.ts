import { ServerError } from '../errors.js';
import type { Document } from '../values/documents.js';
import { compareValues, type StringOrder } from '../values/order.js';
import { valuesAt } from '../values/paths.js';

export type SortSpecification = Readonly<Record<string, unknown>>;
type SortKey = readonly unknown[];
interface SortField {
  readonly path: string;
  readonly direction: 1 | -1;
}

export interface Sorter {
  readonly keyOf: (document: Document) => SortKey;
  readonly compare: (a: SortKey, b: SortKey) => number;
}

export function sorterOf(specification: SortSpecification, strings?: StringOrder): Sorter {
  const fields = sortFields(specification);
  return { keyOf: (document) => sortKey(document, fields, strings), compare: compareKeys(fields, strings) };
}

/** A new array in the order of `specification`; equal documents keep their order. */
export function sortBy<T>(
  items: readonly T[],
  documentOf: (item: T) => Document,
  specification: SortSpecification,
  strings?: StringOrder,
): T[] {
  const { keyOf, compare } = sorterOf(specification, strings);
  const keyed = items.map((item) => ({ item, key: keyOf(documentOf(item)) }));
  return keyed.sort((a, b) => compare(a.key, b.key)).map(({ item }) => item);
}

function sortFields(specification: SortSpecification): SortField[] {
  return Object.entries(specification)
    .filter(([path]) => path !== '$natural')
    .map(([path, direction]) => ({ path, direction: sortDirection(path, direction) }));
}

function sortDirection(path: string, direction: unknown): 1 | -1 {
  if (typeof direction !== 'number' || direction === 0)
    throw new ServerError(
      'BadValue',
      `Illegal key in $sort specification: ${path}: ${JSON.stringify(direction)}`,
    );
  return direction < 0 ? -1 : 1;
}

function sortKey(document: Document, fields: readonly SortField[], strings?: StringOrder): SortKey {
  return fields.map(({ path, direction }) => sortValue(document, path, direction, strings));
}

/** An array sorts by its smallest element upwards and by its largest downwards; an empty one before null. */
function sortValue(document: Document, path: string, direction: 1 | -1, strings?: StringOrder): unknown {
  const reached = valuesAt(document, path);
  if (reached.length === 1 && !Array.isArray(reached[0])) return reached[0] ?? null;
  const values = reached.flatMap((value) => (Array.isArray(value) ? value : [value ?? null]));
  return values.reduce<unknown>(
    (best, value, index) =>
      index === 0 || compareValues(value, best, strings) * direction < 0 ? value : best,
    undefined,
  );
}

function compareKeys(fields: readonly SortField[], strings?: StringOrder) {
  return (a: SortKey, b: SortKey): number => {
    for (let index = 0; index < fields.length; index++) {
      const order = compareValues(a[index], b[index], strings);
      if (order !== 0) return order * (fields[index] as SortField).direction;
    }
    return 0;
  };
}
