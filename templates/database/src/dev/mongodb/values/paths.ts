import { type Document, isDocument } from './documents.js';

const INDEX = /^\d+$/;

/**
 * Every value that a dotted path reaches, entering arrays as MongoDB's queries do: through each element that is a
 * document, and through the index when the path names one. A missing field is reached as `undefined`.
 */
export function valuesAt(document: Document, path: string): unknown[] {
  if (!path.includes('.')) return [document[path]];
  const reached: unknown[] = [];
  collect(document, path.split('.'), 0, reached);
  return reached;
}

function collect(value: unknown, path: readonly string[], depth: number, reached: unknown[]): void {
  const name = path[depth];
  if (name === undefined) {
    reached.push(value);
  } else if (Array.isArray(value)) {
    if (INDEX.test(name) && Number(name) < value.length)
      collect(value[Number(name)], path, depth + 1, reached);
    for (const element of value) if (isDocument(element)) collect(element, path, depth, reached);
  } else if (isDocument(value)) {
    collect(value[name], path, depth + 1, reached);
  } else {
    reached.push(undefined);
  }
}

/** The single value at a dotted path that enters documents and array indexes only; undefined when there is none. */
export function valueAt(document: Document, path: string): unknown {
  let value: unknown = document;
  for (const name of path.split('.')) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Document)[name];
  }
  return value;
}

/** Writes a value at a dotted path, making the documents on the way. */
export function setAt(document: Document, path: string, value: unknown): void {
  const names = path.split('.');
  const last = names.pop() as string;
  let target = document;
  for (const name of names) {
    if (typeof target[name] !== 'object' || target[name] === null) target[name] = {};
    target = target[name] as Document;
  }
  target[last] = value;
}
