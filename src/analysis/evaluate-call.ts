import { ts } from 'ts-morph';
import { newInstance } from './evaluate-class.js';
import { memberOf } from './evaluate-member.js';
import { moduleNamed } from './evaluate-module.js';
import type { Evaluator } from './evaluator.js';
import { nodeId } from './source-files.js';
import {
  type ExternalValue,
  type Frame,
  type FunctionValue,
  functionsIn,
  isKnown,
  UNKNOWN,
  type Value,
  visibleFrom,
} from './values.js';

export const HTTP_METHODS: ReadonlySet<string> = new Set([
  'get',
  'post',
  'put',
  'patch',
  'delete',
  'head',
  'options',
  'all',
]);
const RETURNS_ROUTER: ReadonlySet<string> = new Set([...HTTP_METHODS, 'use', 'param']);
const ROUTER_PACKAGES: ReadonlySet<string> = new Set(['express-promise-router', 'router']);

/** What a call gives: a module, an Express app or router, a model, or what a function of the repository returns. */
export function evaluateCall(evaluator: Evaluator, node: ts.CallExpression, frame: Frame | undefined): Value {
  const callee = node.expression;
  const imported = importedModule(evaluator, node);
  if (imported !== undefined) return imported;
  if (ts.isPropertyAccessExpression(callee)) {
    const receiver = evaluator.settled(callee.expression, frame);
    const value = methodCall(evaluator, receiver, callee.name.text, node, frame);
    if (value !== undefined) return value;
  }
  return callValue(evaluator, evaluator.settled(callee, frame), node, frame);
}

/** `require('x')` and `import('x')`. */
function importedModule(evaluator: Evaluator, node: ts.CallExpression): Value | undefined {
  const isImport = node.expression.kind === ts.SyntaxKind.ImportKeyword;
  const isRequire = ts.isIdentifier(node.expression) && node.expression.text === 'require';
  if (!isImport && !isRequire) return undefined;
  const [argument] = node.arguments;
  const specifier = argument === undefined ? UNKNOWN : evaluator.evaluate(argument, undefined);
  if (specifier.kind !== 'string') return { kind: 'unresolved', what: node.getText() };
  return moduleNamed(evaluator, node.getSourceFile().fileName, specifier.text);
}

function methodCall(
  evaluator: Evaluator,
  receiver: Value,
  name: string,
  node: ts.CallExpression,
  frame: Frame | undefined,
): Value | undefined {
  switch (receiver.kind) {
    case 'router': {
      const [path] = node.arguments;
      if (name === 'route' && path !== undefined) return { kind: 'route', router: receiver, path, frame };
      return RETURNS_ROUTER.has(name) ? receiver : undefined;
    }
    case 'route':
      return receiver;
    case 'response':
      return { kind: 'response', path: [] };
    case 'function':
    case 'choice':
      return functionMethod(evaluator, receiver, name, node, frame);
    case 'model':
    case 'document': {
      const own = memberOf(evaluator, receiver, name);
      if (own.kind === 'function') return undefined;
      return { kind: 'document', model: receiver.kind === 'model' ? receiver : receiver.model };
    }
    case 'array':
      return name === 'concat'
        ? { kind: 'array', items: [...receiver.items, ...evaluator.list(node.arguments, frame)] }
        : UNKNOWN;
    default:
      return undefined;
  }
}

function functionMethod(
  evaluator: Evaluator,
  receiver: Value,
  name: string,
  node: ts.CallExpression,
  frame: Frame | undefined,
): Value | undefined {
  if (name === 'bind') return receiver;
  const target = functionsIn(receiver)[0];
  if (target === undefined || (name !== 'call' && name !== 'apply')) return undefined;
  return applyFunction(evaluator, target, callArguments(evaluator, node, frame), callSite(node, frame));
}

/** Values of the arguments that the called function receives; `call` and `apply` are looked through. */
export function callArguments(
  evaluator: Evaluator,
  node: ts.CallExpression,
  frame: Frame | undefined,
): Value[] {
  const args = evaluator.list(node.arguments, frame);
  const method = ts.isPropertyAccessExpression(node.expression) ? node.expression.name.text : undefined;
  if (method === 'call') return args.slice(1);
  if (method !== 'apply') return args;
  return args[1]?.kind === 'array' ? [...args[1].items] : [];
}

function callValue(
  evaluator: Evaluator,
  callee: Value,
  node: ts.CallExpression,
  frame: Frame | undefined,
): Value {
  const [target] = functionsIn(callee);
  if (target !== undefined) {
    return applyFunction(evaluator, target, evaluator.list(node.arguments, frame), callSite(node, frame));
  }
  if (callee.kind === 'external') return externalCall(evaluator, callee, node, frame);
  return callee.kind === 'unresolved' ? { kind: 'unresolved', what: `${callee.what}()` } : UNKNOWN;
}

/** What a function of the repository returns for these arguments. */
export function applyFunction(
  evaluator: Evaluator,
  target: FunctionValue,
  args: readonly Value[],
  site: string,
): Value {
  const { node } = target;
  if (evaluator.activeCalls.has(node)) return UNKNOWN;
  evaluator.activeCalls.add(node);
  try {
    const frame = callFrame(target, args, site);
    const results = returnedBy(node).map((result) => evaluator.settled(result, frame));
    const known = results.filter(isKnown);
    const functions = known.filter(({ kind }) => kind === 'function');
    return functions.length > 1
      ? { kind: 'choice', options: functions }
      : (known[0] ?? results[0] ?? UNKNOWN);
  } finally {
    evaluator.activeCalls.delete(node);
  }
}

export function callFrame(target: FunctionValue, args: readonly Value[], site: string): Frame {
  return { owner: target.node, args, self: target.self, parent: target.frame, site };
}

export function callSite(node: ts.Node, frame: Frame | undefined): string {
  return `${frame?.site ?? ''}>${nodeId(node)}`;
}

function returnedBy({ body }: FunctionValue['node']): ts.Expression[] {
  if (body === undefined) return [];
  if (!ts.isBlock(body)) return [body];
  const results: ts.Expression[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) || ts.isClassLike(node)) return;
    if (ts.isReturnStatement(node)) {
      if (node.expression !== undefined) results.push(node.expression);
    } else ts.forEachChild(node, visit);
  };
  visit(body);
  return results;
}

type Creation = ts.CallExpression | ts.NewExpression;

function externalCall(
  evaluator: Evaluator,
  callee: ExternalValue,
  node: Creation,
  frame: Frame | undefined,
): Value {
  const name = callee.path.at(-1);
  if (callee.module === 'express' && callee.path.length === 0) return router(node, frame, true);
  if (isRouterFactory(callee)) return router(node, frame, false);
  if (callee.module === 'mongoose') {
    if (name === 'Schema') return { kind: 'schema', creation: node, frame };
    if (name === 'model') return mongooseModel(evaluator, node, frame);
  }
  const args = evaluator.list(node.arguments ?? [], frame);
  const wrapped =
    args.length === 1 && args[0] !== undefined && functionsIn(args[0]).length === 1 ? args[0] : undefined;
  return wrapped ?? { ...callee, path: [...callee.path, '()'] };
}

function isRouterFactory({ module, path }: ExternalValue): boolean {
  if (module === 'express') return path.length === 1 && path[0] === 'Router';
  return ROUTER_PACKAGES.has(module) && path.length === 0;
}

/** A router is the place that makes it; the same place in a function makes another one at each call. */
function router(creation: Creation, frame: Frame | undefined, isApp: boolean): Value {
  const site = visibleFrom(creation, frame)?.site ?? '';
  return { kind: 'router', id: `${nodeId(creation)}${site}`, isApp, creation };
}

function mongooseModel(evaluator: Evaluator, { arguments: args }: Creation, frame: Frame | undefined): Value {
  const [nameNode, schemaNode] = args ?? [];
  const name = nameNode === undefined ? UNKNOWN : evaluator.evaluate(nameNode, frame);
  const schema = schemaNode === undefined ? UNKNOWN : evaluator.settled(schemaNode, frame);
  return {
    kind: 'model',
    name: name.kind === 'string' ? name.text : (nameNode?.getText() ?? 'model'),
    schema: schema.kind === 'schema' ? schema : undefined,
  };
}

/** `new X(...)`: an instance of a class of the repository, a document of a model, or what the package's function gives. */
export function evaluateNew(evaluator: Evaluator, node: ts.NewExpression, frame: Frame | undefined): Value {
  const callee = evaluator.settled(node.expression, frame);
  switch (callee.kind) {
    case 'class':
      return newInstance(callee, evaluator.list(node.arguments ?? [], frame), callSite(node, frame));
    case 'model':
      return { kind: 'document', model: callee };
    case 'external':
      return externalCall(evaluator, callee, node, frame);
    case 'unresolved':
      return { kind: 'unresolved', what: `new ${callee.what}` };
    default:
      return UNKNOWN;
  }
}
