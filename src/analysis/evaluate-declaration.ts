import { ts } from 'ts-morph';
import { additionsTo } from './additions.js';
import { instanceOfType } from './evaluate-class.js';
import { memberOf } from './evaluate-member.js';
import { importedValue } from './evaluate-module.js';
import type { Evaluator } from './evaluator.js';
import type { Declaration } from './scope.js';
import { type Frame, frameOf, isKnown, UNKNOWN, type Value } from './values.js';

/** What a declared name stands for. */
export function evaluateDeclaration(
  evaluator: Evaluator,
  node: Declaration,
  frame: Frame | undefined,
): Value {
  if (ts.isVariableDeclaration(node)) return variable(evaluator, node, frame);
  if (ts.isParameter(node)) return parameter(evaluator, node, frame);
  if (ts.isBindingElement(node)) return bindingElement(evaluator, node, frame);
  if (ts.isFunctionDeclaration(node)) return { kind: 'function', node, frame, ...additionsOf(node) };
  if (ts.isClassDeclaration(node)) return { kind: 'class', node, frame, ...additionsOf(node) };
  return importedValue(evaluator, node);
}

function variable(evaluator: Evaluator, node: ts.VariableDeclaration, frame: Frame | undefined): Value {
  const loop = node.parent.parent;
  if (ts.isForOfStatement(loop)) return frameOf(frame, loop)?.args[0] ?? UNKNOWN;
  const source = node.initializer ?? laterAssignment(node);
  if (source === undefined) return node.type === undefined ? UNKNOWN : instanceOfType(evaluator, node.type);
  const value = evaluator.evaluate(source, frame);
  const takesAdditions =
    value.kind === 'object' || value.kind === 'function' || value.kind === 'class' || value.kind === 'schema';
  return takesAdditions ? { ...value, ...additionsOf(node) } : value;
}

function additionsOf(node: { readonly name?: ts.Node | undefined } & ts.Node): {
  additions?: ReadonlyMap<string, ts.Expression>;
} {
  const additions =
    node.name !== undefined && ts.isIdentifier(node.name)
      ? additionsTo(node.name.text, node.getSourceFile())
      : undefined;
  return additions === undefined ? {} : { additions };
}

function parameter(evaluator: Evaluator, node: ts.ParameterDeclaration, frame: Frame | undefined): Value {
  const owner = node.parent;
  const bound = frameOf(frame, owner);
  const index = owner.parameters.indexOf(node);
  if (bound !== undefined) {
    if (node.dotDotDotToken !== undefined) return { kind: 'array', items: bound.args.slice(index) };
    const argument = bound.args[index];
    if (argument !== undefined && isKnown(argument)) return argument;
  }
  if (node.initializer !== undefined) return evaluator.evaluate(node.initializer, frame);
  const typed = node.type === undefined ? UNKNOWN : instanceOfType(evaluator, node.type);
  return isKnown(typed) ? typed : roleByName(node);
}

function bindingElement(evaluator: Evaluator, node: ts.BindingElement, frame: Frame | undefined): Value {
  const pattern = node.parent;
  const holder = pattern.parent;
  const source = evaluateDeclaration(evaluator, holder, frame);
  if (ts.isArrayBindingPattern(pattern)) {
    return source.kind === 'array' ? (source.items[pattern.elements.indexOf(node)] ?? UNKNOWN) : UNKNOWN;
  }
  if (node.dotDotDotToken !== undefined) return source;
  const name = node.propertyName ?? node.name;
  if (!ts.isIdentifier(name) && !ts.isStringLiteral(name)) return UNKNOWN;
  const value = memberOf(evaluator, source, name.text);
  return !isKnown(value) && node.initializer !== undefined
    ? evaluator.evaluate(node.initializer, frame)
    : value;
}

/** `let router; ... router = express.Router();` */
function laterAssignment({ name, parent }: ts.VariableDeclaration): ts.Expression | undefined {
  const block = parent.parent.parent;
  if (!ts.isIdentifier(name) || !('statements' in block)) return undefined;
  for (const statement of block.statements as readonly ts.Statement[]) {
    if (!ts.isExpressionStatement(statement) || !ts.isBinaryExpression(statement.expression)) continue;
    const { left, operatorToken, right } = statement.expression;
    const assigns =
      operatorToken.kind === ts.SyntaxKind.EqualsToken && ts.isIdentifier(left) && left.text === name.text;
    if (assigns) return right;
  }
  return undefined;
}

const ROLES: readonly [RegExp, Value][] = [
  [/^_?req(uest)?$/, { kind: 'request', path: [] }],
  [/^_?res(ponse)?$/, { kind: 'response', path: [] }],
  [/^_?next$/, { kind: 'next' }],
];

function isPromiseExecutor({ parent }: ts.Node): boolean {
  return (
    ts.isNewExpression(parent) && ts.isIdentifier(parent.expression) && parent.expression.text === 'Promise'
  );
}

/** Express's customary names; the only parameter `response` of a callback is somebody else's response. */
function roleByName({ name, parent }: ts.ParameterDeclaration): Value {
  if (!ts.isIdentifier(name)) return UNKNOWN;
  if (isPromiseExecutor(parent)) return { kind: 'global', path: ['Promise', 'settle'] };
  const role = ROLES.find(([pattern]) => pattern.test(name.text))?.[1];
  const isCallback = ts.isCallExpression(parent.parent) && parent.parameters.length === 1;
  return role === undefined || isCallback ? UNKNOWN : role;
}
