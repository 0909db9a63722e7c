import { ts } from 'ts-morph';
import { callArguments, callFrame, callSite, HTTP_METHODS } from './evaluate-call.js';
import type { Evaluator } from './evaluator.js';
import type { Place } from './facts.js';
import { nodeId, placeOf, textOf } from './source-files.js';
import { type Frame, type FunctionValue, functionsIn, type RouterValue, type Value } from './values.js';

interface Found {
  readonly call: ts.CallExpression;
  readonly frame: Frame | undefined;
  /** Seen at the top level or through a call; false: met in a function that nobody was seen to call. */
  readonly reached: boolean;
}

export interface Registration extends Found {
  /** Undefined when the receiver is a parameter that no call binds. */
  readonly router: RouterValue | undefined;
  readonly method: string;
  readonly path: ts.Expression;
  readonly pathFrame: Frame | undefined;
  readonly handlers: readonly ts.Expression[];
  readonly at: Place;
}

export interface Mount extends Found {
  readonly parent: RouterValue;
  readonly child: RouterValue;
  /** Undefined: everything. */
  readonly path: ts.Expression | undefined;
}

/** `router.use(path?, ...handlers)` of what is not a router. */
export interface MiddlewareUse extends Found {
  readonly router: RouterValue;
  readonly path: ts.Expression | undefined;
  readonly handlers: readonly ts.Expression[];
}

const WIRES_ROUTES = /\.\s*(get|post|put|patch|delete|all|use|route)\s*\(/;
/** A function that may lead to such code, by the words in its body. */
const MENTIONS_WIRING = /(?:\b|_)(?:app|express|server|rout)|(?:App|Express|Server|Rout)/;
const ROUTER_LIKE = /(^|\.)(app|api|server|\w*rout\w*|\w*App)$/i;
const ITERATES: ReadonlySet<string> = new Set(['forEach', 'map']);
const MAX_NESTING = 12;

/** Walks the top level of files, and the functions that they hand routers to, for registrations, mounts and middleware. */
export class Wiring {
  readonly registrations: Registration[] = [];
  readonly mounts: Mount[] = [];
  readonly middleware: MiddlewareUse[] = [];
  readonly apps = new Map<string, RouterValue>();
  /** `use` of something that only running the code would tell. */
  readonly unknownMounts: { readonly at: Place; readonly text: string }[] = [];
  readonly #evaluator: Evaluator;
  readonly #entered = new Set<string>();

  constructor(evaluator: Evaluator) {
    this.#evaluator = evaluator;
  }

  scan(file: ts.SourceFile): void {
    this.#walk(file, undefined, true, 0);
  }

  #walk(node: ts.Node, frame: Frame | undefined, reached: boolean, nesting: number): void {
    if (nesting > MAX_NESTING) return;
    if (ts.isForOfStatement(node) && this.#unrollLoop(node, frame, reached, nesting)) return;
    if (ts.isCallExpression(node)) {
      if (this.#unrollCallback({ call: node, frame, reached }, nesting)) return;
      this.#call({ call: node, frame, reached }, nesting);
    }
    if (ts.isNewExpression(node)) this.#construct(node, frame, reached, nesting);
    const inside = reached && (frame !== undefined || !ts.isFunctionLike(node) || isCallback(node));
    ts.forEachChild(node, (child) => this.#walk(child, frame, inside, nesting));
  }

  #call(found: Found, nesting: number): void {
    const { call, frame } = found;
    if (ts.isPropertyAccessExpression(call.expression)) {
      const method = call.expression.name.text;
      const router = this.#evaluator.settled(call.expression.expression, frame);
      if (HTTP_METHODS.has(method)) {
        this.#register(found, call.expression, router);
        return;
      }
      if (method === 'use' && router.kind === 'router') {
        this.#use(found, router);
        return;
      }
    }
    this.#enter(found, nesting);
  }

  #register(found: Found, callee: ts.PropertyAccessExpression, receiver: Value): void {
    const { call, frame } = found;
    const common = { ...found, method: callee.name.text, at: placeOf(callee.name) };
    if (receiver.kind === 'route') {
      const { router, path, frame: pathFrame } = receiver;
      if (call.arguments.length > 0)
        this.registrations.push({ ...common, router, path, pathFrame, handlers: call.arguments });
      return;
    }
    const [path, ...handlers] = call.arguments;
    if (path === undefined || handlers.length === 0) return;
    if (receiver.kind === 'router')
      this.registrations.push({ ...common, router: receiver, path, pathFrame: frame, handlers });
    else if (looksLikeRoute(receiver, callee.expression, path)) {
      this.registrations.push({ ...common, router: undefined, path, pathFrame: frame, handlers });
    }
  }

  #use(found: Found, router: RouterValue): void {
    const { call, frame } = found;
    const [first] = call.arguments;
    const hasPath = first !== undefined && call.arguments.length > 1 && this.#isPath(first, frame);
    const path = hasPath ? first : undefined;
    const handlers: ts.Expression[] = [];
    for (const argument of hasPath ? call.arguments.slice(1) : call.arguments) {
      const value = this.#evaluator.settled(
        ts.isSpreadElement(argument) ? argument.expression : argument,
        frame,
      );
      const routers = routersIn(value);
      for (const child of routers) this.mounts.push({ ...found, parent: router, child, path });
      if (routers.length === 0) handlers.push(argument);
      if (value.kind === 'unresolved')
        this.unknownMounts.push({ at: placeOf(argument), text: textOf(argument) });
    }
    if (handlers.length > 0) this.middleware.push({ ...found, router, path, handlers });
  }

  #isPath(node: ts.Expression, frame: Frame | undefined): boolean {
    if (ts.isRegularExpressionLiteral(node)) return true;
    const value = this.#evaluator.evaluate(node, frame);
    return (
      value.kind === 'string' ||
      value.kind === 'global' ||
      value.kind === 'unknown' ||
      (value.kind === 'array' && value.items[0]?.kind === 'string')
    );
  }

  /** Follows a call that may register routes: one that is given a router, or whose body registers some. */
  #enter({ call, frame, reached }: Found, nesting: number): void {
    const [target] = functionsIn(this.#evaluator.settled(call.expression, frame));
    if (target?.node.body === undefined) return;
    const args = callArguments(this.#evaluator, call, frame);
    if (!args.some(({ kind }) => kind === 'router') && !mayWireRoutes(target)) return;
    const site = callSite(call, frame);
    if (this.#firstTime(site, reached))
      this.#walk(target.node.body, callFrame(target, args, site), reached, nesting + 1);
  }

  #construct(node: ts.NewExpression, frame: Frame | undefined, reached: boolean, nesting: number): void {
    const instance = this.#evaluator.settled(node, frame);
    if (instance.kind !== 'instance' || instance.construction === undefined) return;
    const { owner, site } = instance.construction;
    if (
      !MENTIONS_WIRING.test(instance.of.node.getText()) ||
      !ts.isConstructorDeclaration(owner) ||
      owner.body === undefined
    )
      return;
    if (this.#firstTime(site, reached)) this.#walk(owner.body, instance.construction, reached, nesting + 1);
  }

  #firstTime(site: string, reached: boolean): boolean {
    const entry = `${reached} ${site}`;
    if (this.#entered.has(entry)) return false;
    this.#entered.add(entry);
    return true;
  }

  /** `for (const { path, route } of routes) router.use(path, route);` */
  #unrollLoop(loop: ts.ForOfStatement, frame: Frame | undefined, reached: boolean, nesting: number): boolean {
    if (!WIRES_ROUTES.test(loop.statement.getText())) return false;
    const items = this.#itemsOf(loop.expression, frame);
    for (const [index, item] of items.entries()) {
      this.#walk(loop.statement, turnFrame(loop, item, index, frame), reached, nesting + 1);
    }
    return items.length > 0;
  }

  /** `routes.forEach((route) => router.use(route.path, route.route));` */
  #unrollCallback({ call, frame, reached }: Found, nesting: number): boolean {
    const [callback] = call.arguments;
    if (!ts.isPropertyAccessExpression(call.expression) || !ITERATES.has(call.expression.name.text))
      return false;
    if (callback === undefined || !(ts.isArrowFunction(callback) || ts.isFunctionExpression(callback)))
      return false;
    if (!WIRES_ROUTES.test(callback.getText())) return false;
    const items = this.#itemsOf(call.expression.expression, frame);
    for (const [index, item] of items.entries()) {
      this.#walk(callback.body, turnFrame(callback, item, index, frame), reached, nesting + 1);
    }
    return items.length > 0;
  }

  /** Items of a known array; `Object.entries`, `keys` and `values` of a known object. */
  #itemsOf(node: ts.Expression, frame: Frame | undefined): readonly Value[] {
    const value = this.#evaluator.settled(node, frame);
    return value.kind === 'array' ? value.items : [];
  }
}

function turnFrame(owner: ts.Node, item: Value, index: number, parent: Frame | undefined): Frame {
  return {
    owner,
    args: [item],
    self: undefined,
    parent,
    site: `${parent?.site ?? ''}>${nodeId(owner)}#${index}`,
  };
}

function isCallback(node: ts.Node): boolean {
  return (ts.isArrowFunction(node) || ts.isFunctionExpression(node)) && ts.isCallExpression(node.parent);
}

function mayWireRoutes({ node }: FunctionValue): boolean {
  return MENTIONS_WIRING.test(node.getText());
}

function routersIn(value: Value): RouterValue[] {
  if (value.kind === 'router') return [value];
  if (value.kind === 'choice') return value.options.flatMap(routersIn);
  return value.kind === 'array' ? value.items.flatMap(routersIn) : [];
}

/** An unbound `app.get('/path', ...)`: named like a router, with a path like one. */
function looksLikeRoute(receiver: Value, node: ts.Expression, path: ts.Expression): boolean {
  const isUnbound = receiver.kind === 'unknown' || receiver.kind === 'unresolved';
  return (
    isUnbound && ROUTER_LIKE.test(node.getText()) && ts.isStringLiteralLike(path) && /^(\/|$)/.test(path.text)
  );
}
