import { evalExpr } from 'mingo/core';
import * as projectionOperators from 'mingo/operators/projection';
import type { Options } from 'mingo/types';
import { ServerError } from '../errors.js';
import { type Document, isDocument } from '../values/documents.js';
import { setAt } from '../values/paths.js';
import { matchedElement } from './positional.js';

export type Projection = (document: Document) => Document;

/** Paths as a tree: a leaf is a path that the projection names. */
interface PathTree {
  [name: string]: PathTree | true;
}

interface Plan {
  readonly included: PathTree;
  readonly excluded: PathTree;
  readonly computed: ReadonlyArray<readonly [path: string, expression: unknown]>;
  readonly id: boolean;
}

/**
 * A find projection or a `$project` stage. Never changes the document it is given, and keeps the order of its fields.
 * `filter` is what a positional projection (`'items.$': 1`) looks up.
 */
export function compileProjection(
  specification: Document,
  options: Options,
  filter: Document = {},
): Projection {
  const plan = planOf(specification);
  const including = Object.keys(plan.included).some((name) => name !== '_id') || onlyId(specification);
  const computedOnly = !including && plan.computed.some(([, expression]) => !reshapesArray(expression));
  return (document) => {
    const kept =
      including || computedOnly ? include(document, withId(plan)) : exclude(document, plan.excluded);
    for (const [path, expression] of plan.computed)
      compute(kept as Document, document, path, expression, options, filter);
    return kept as Document;
  };
}

function planOf(specification: Document): Plan {
  const plan = { included: {}, excluded: {}, computed: [] as Array<readonly [string, unknown]>, id: true };
  for (const [path, value] of flattenFields(specification)) {
    if (path === '_id' && isFlag(value)) plan.id = Boolean(value);
    if (path.endsWith('.$')) plan.computed.push([path, value]);
    else if (!isFlag(value)) plan.computed.push([path, value]);
    else addPath(value ? plan.included : plan.excluded, path);
  }
  requireOneKind(plan);
  return plan;
}

function requireOneKind({ included, excluded }: Plan): void {
  const names = (tree: PathTree) => Object.keys(tree).filter((name) => name !== '_id');
  const [kept] = names(included);
  const [dropped] = names(excluded);
  if (kept && dropped)
    throw new ServerError('BadValue', `Cannot do exclusion on field ${dropped} in inclusion projection`);
}

/** `{ a: { b: 1 } }` means the same as `{ 'a.b': 1 }`; an operator ends the path. */
export function flattenFields(specification: Document, prefix = ''): Array<[string, unknown]> {
  return Object.entries(specification).flatMap(([name, value]): Array<[string, unknown]> => {
    const nested =
      isDocument(value) && Object.keys(value).length > 0 && !Object.keys(value)[0]?.startsWith('$');
    return nested ? flattenFields(value, `${prefix}${name}.`) : [[prefix + name, value]];
  });
}

function isFlag(value: unknown): boolean {
  return typeof value === 'number' || typeof value === 'boolean';
}

function onlyId(specification: Document): boolean {
  return Boolean(specification._id) && isFlag(specification._id) && Object.keys(specification).length === 1;
}

function reshapesArray(expression: unknown): boolean {
  return isDocument(expression) && '$slice' in expression && !isExpressionSlice(expression.$slice);
}

function isExpressionSlice(argument: unknown): boolean {
  return Array.isArray(argument) && !argument.every((part) => typeof part === 'number');
}

function addPath(tree: PathTree, path: string): void {
  const names = path.split('.');
  const last = names.pop() as string;
  let level = tree;
  for (const name of names) {
    const existing = level[name];
    const next: PathTree = typeof existing === 'object' ? existing : {};
    level[name] = next;
    level = next;
  }
  level[last] = true;
}

function withId({ included, id }: Plan): PathTree {
  if (id) return { _id: true, ...included };
  const { _id, ...rest } = included;
  return rest;
}

function include(value: unknown, tree: PathTree): unknown {
  if (Array.isArray(value))
    return value.filter((element) => typeof element === 'object').map((element) => include(element, tree));
  const kept: Document = {};
  if (!isDocument(value)) return kept;
  for (const name of Object.keys(value)) {
    const below = tree[name];
    const field = value[name];
    if (below === true) kept[name] = field;
    else if (below && (isDocument(field) || Array.isArray(field))) kept[name] = include(field, below);
  }
  return kept;
}

function exclude(value: unknown, tree: PathTree): unknown {
  if (Array.isArray(value)) return value.map((element) => exclude(element, tree));
  if (!isDocument(value)) return value;
  const kept: Document = {};
  for (const name of Object.keys(value)) {
    const below = tree[name];
    if (below !== true) kept[name] = below ? exclude(value[name], below) : value[name];
  }
  return kept;
}

function compute(
  target: Document,
  document: Document,
  path: string,
  expression: unknown,
  options: Options,
  filter: Document,
): void {
  const positional = path.endsWith('.$');
  const field = positional ? path.slice(0, -2) : path;
  const value = positional
    ? matchedElement(document, field, filter, options)
    : evaluate(document, field, expression, options);
  if (value !== undefined) setAt(target, field, value);
}

function evaluate(document: Document, path: string, expression: unknown, options: Options): unknown {
  if (reshapesArray(expression))
    return projectionOperators.$slice(document, (expression as Document).$slice, path, options);
  if (isDocument(expression) && '$elemMatch' in expression)
    return projectionOperators.$elemMatch(document, expression.$elemMatch, path, options);
  return evalExpr(document, expression, options);
}
