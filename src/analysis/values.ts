import type { ts } from 'ts-morph';

export type FunctionNode =
  | ts.ArrowFunction
  | ts.FunctionExpression
  | ts.FunctionDeclaration
  | ts.MethodDeclaration
  | ts.ConstructorDeclaration
  | ts.GetAccessorDeclaration;

/** What is known inside one call of a function (or one turn of a loop): its arguments, and the frame it closes over. */
export interface Frame {
  readonly owner: ts.Node;
  readonly args: readonly Value[];
  readonly self: Value | undefined;
  readonly parent: Frame | undefined;
  /** Tells calls of one function apart: the chain of call positions. */
  readonly site: string;
}

/** What an expression is, as far as the text tells without running it. */
export type Value =
  /** Data. */
  | { readonly kind: 'unknown' }
  /** Code of the repository that could not be found. */
  | { readonly kind: 'unresolved'; readonly what: string }
  | { readonly kind: 'string'; readonly text: string }
  | FunctionValue
  | ObjectValue
  | ClassValue
  | InstanceValue
  | { readonly kind: 'array'; readonly items: readonly Value[] }
  /** One of several: the branches of a condition. */
  | { readonly kind: 'choice'; readonly options: readonly Value[] }
  | { readonly kind: 'module'; readonly file: string }
  | ExternalValue
  | { readonly kind: 'global'; readonly path: readonly string[] }
  | RouterValue
  /** `router.route(path)`. */
  | {
      readonly kind: 'route';
      readonly router: RouterValue;
      readonly path: ts.Expression;
      readonly frame: Frame | undefined;
    }
  | SchemaValue
  | ModelValue
  /** A document or a query of a model. */
  | { readonly kind: 'document'; readonly model: ModelValue }
  | { readonly kind: 'request'; readonly path: readonly string[] }
  | { readonly kind: 'response'; readonly path: readonly string[] }
  | { readonly kind: 'next' };

/** Properties assigned after the definition: `controller.list = ...`. */
export type Additions = ReadonlyMap<string, ts.Expression>;

export interface FunctionValue {
  readonly kind: 'function';
  readonly node: FunctionNode;
  readonly frame: Frame | undefined;
  readonly self?: Value;
  readonly additions?: Additions;
}

export interface ObjectValue {
  readonly kind: 'object';
  readonly node: ts.ObjectLiteralExpression;
  readonly frame: Frame | undefined;
  readonly additions?: Additions;
}

export interface ClassValue {
  readonly kind: 'class';
  readonly node: ts.ClassLikeDeclaration;
  readonly frame: Frame | undefined;
  readonly additions?: Additions;
}

export interface InstanceValue {
  readonly kind: 'instance';
  readonly of: ClassValue;
  /** Frame of the constructor call; undefined when the call was not seen. */
  readonly construction: Frame | undefined;
}

/** Something from a package; `path` leads from the module to it, `()` stands for a call. */
export interface ExternalValue {
  readonly kind: 'external';
  readonly module: string;
  readonly path: readonly string[];
}

export interface RouterValue {
  readonly kind: 'router';
  readonly id: string;
  readonly isApp: boolean;
  readonly creation: ts.Node;
}

export interface SchemaValue {
  readonly kind: 'schema';
  readonly creation: ts.CallExpression | ts.NewExpression;
  readonly frame: Frame | undefined;
  readonly additions?: Additions;
}

export interface ModelValue {
  readonly kind: 'model';
  readonly name: string;
  readonly schema: SchemaValue | undefined;
}

export const UNKNOWN: Value = { kind: 'unknown' };

export function isKnown(value: Value): boolean {
  return value.kind !== 'unknown' && value.kind !== 'unresolved';
}

/** The functions that a value may be. */
export function functionsIn(value: Value): FunctionValue[] {
  if (value.kind === 'function') return [value];
  if (value.kind === 'choice') return value.options.flatMap(functionsIn);
  return value.kind === 'array' ? value.items.flatMap(functionsIn) : [];
}

/** The nearest frame that belongs to `owner`. */
export function frameOf(frame: Frame | undefined, owner: ts.Node): Frame | undefined {
  for (let current = frame; current !== undefined; current = current.parent) {
    if (current.owner === owner) return current;
  }
  return undefined;
}

/** Only what a definition inside `node`'s enclosing functions can see: callers' frames must not leak into a module's top level. */
export function visibleFrom(node: ts.Node, frame: Frame | undefined): Frame | undefined {
  for (let current = frame; current !== undefined; current = current.parent) {
    const { owner } = current;
    if (owner.getSourceFile() === node.getSourceFile() && owner.pos <= node.pos && node.end <= owner.end)
      return current;
  }
  return undefined;
}
