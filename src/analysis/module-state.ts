import { ts } from 'ts-morph';
import { type Declaration, findDeclaration } from './scope.js';

const MUTATES: ReadonlySet<string> = new Set([
  'set',
  'add',
  'push',
  'delete',
  'clear',
  'splice',
  'unshift',
  'pop',
  'shift',
  'sort',
  'fill',
]);
const tables = new WeakMap<ts.SourceFile, ReadonlySet<Declaration>>();

/** Whether a name means a variable of the module that its functions change: state that one process keeps between requests. */
export function isModuleState(node: ts.Identifier): boolean {
  const declaration = findDeclaration(node.text, node);
  if (declaration === undefined || !isTopLevelVariable(declaration)) return false;
  const file = node.getSourceFile();
  let mutated = tables.get(file);
  if (mutated === undefined) {
    mutated = mutatedIn(file);
    tables.set(file, mutated);
  }
  return mutated.has(declaration);
}

function mutatedIn(file: ts.SourceFile): ReadonlySet<Declaration> {
  const mutated = new Set<Declaration>();
  const visit = (node: ts.Node, inFunction: boolean): void => {
    const target = inFunction ? mutationTarget(node) : undefined;
    const root = target === undefined ? undefined : rootIdentifier(target);
    const declaration = root === undefined ? undefined : findDeclaration(root.text, root);
    if (declaration !== undefined && isTopLevelVariable(declaration)) mutated.add(declaration);
    const inside = inFunction || ts.isFunctionLike(node);
    ts.forEachChild(node, (child) => visit(child, inside));
  };
  visit(file, false);
  return mutated;
}

function mutationTarget(node: ts.Node): ts.Expression | undefined {
  if (ts.isBinaryExpression(node)) return isAssignment(node.operatorToken.kind) ? node.left : undefined;
  if (ts.isPostfixUnaryExpression(node)) return node.operand;
  if (ts.isPrefixUnaryExpression(node)) {
    const { operator } = node;
    return operator === ts.SyntaxKind.PlusPlusToken || operator === ts.SyntaxKind.MinusMinusToken
      ? node.operand
      : undefined;
  }
  if (ts.isDeleteExpression(node)) return node.expression;
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return undefined;
  return MUTATES.has(node.expression.name.text) ? node.expression.expression : undefined;
}

export function isAssignment(kind: ts.SyntaxKind): boolean {
  return kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment;
}

function rootIdentifier(node: ts.Expression): ts.Identifier | undefined {
  if (ts.isIdentifier(node)) return node;
  return ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node)
    ? rootIdentifier(node.expression)
    : undefined;
}

/** Variables that hold data: what comes from a call or a module (a router, a model, a client) is not this module's own state. */
function isTopLevelVariable(declaration: Declaration): boolean {
  if (!ts.isVariableDeclaration(declaration) || !ts.isVariableStatement(declaration.parent.parent))
    return false;
  if (!ts.isSourceFile(declaration.parent.parent.parent)) return false;
  const { initializer } = declaration;
  const isConstant = (declaration.parent.flags & ts.NodeFlags.Const) !== 0;
  return !isConstant || (initializer !== undefined && isContainer(initializer));
}

function isContainer(node: ts.Expression): boolean {
  return ts.isObjectLiteralExpression(node) || ts.isArrayLiteralExpression(node) || ts.isNewExpression(node);
}
