import { ts } from 'ts-morph';
import type { Additions } from './values.js';

const tables = new WeakMap<ts.SourceFile, ReadonlyMap<string, Additions>>();

/**
 * What the top level of a file assigns to properties of `name`, by dotted path: `controller.list = ...` is `list`,
 * `schema.methods.check = ...` is `methods.check`.
 */
export function additionsTo(name: string, file: ts.SourceFile): Additions | undefined {
  let table = tables.get(file);
  if (table === undefined) {
    table = readAdditions(file);
    tables.set(file, table);
  }
  return table.get(name);
}

function readAdditions(file: ts.SourceFile): ReadonlyMap<string, Additions> {
  const table = new Map<string, Map<string, ts.Expression>>();
  for (const [path, value] of assignmentsIn(file.statements)) {
    const [name = '', ...rest] = path;
    const additions = table.get(name) ?? new Map<string, ts.Expression>();
    table.set(name, additions.set(rest.join('.'), value));
  }
  return table;
}

/** The assignments to dotted names among some statements: path and assigned expression. */
export function assignmentsIn(statements: readonly ts.Statement[]): [readonly string[], ts.Expression][] {
  return statements.flatMap((statement) => {
    if (!ts.isExpressionStatement(statement) || !ts.isBinaryExpression(statement.expression)) return [];
    const { left, operatorToken, right } = statement.expression;
    const path = operatorToken.kind === ts.SyntaxKind.EqualsToken ? dottedPath(left) : undefined;
    return path === undefined || path.length < 2 ? [] : [[path, right] as [readonly string[], ts.Expression]];
  });
}

/** `a.b.c` as its parts; undefined for anything else. */
export function dottedPath(node: ts.Expression): readonly string[] | undefined {
  if (ts.isIdentifier(node)) return [node.text];
  if (node.kind === ts.SyntaxKind.ThisKeyword) return ['this'];
  if (!ts.isPropertyAccessExpression(node)) return undefined;
  const owner = dottedPath(node.expression);
  return owner === undefined ? undefined : [...owner, node.name.text];
}
