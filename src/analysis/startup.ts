import { ts } from 'ts-morph';
import type { Evaluator } from './evaluator.js';
import type { Anchor } from './facts.js';
import { placeOf } from './source-files.js';

export interface Startup {
  readonly listen: Anchor | undefined;
  readonly connect: Anchor | undefined;
}

/** Where the server starts to listen, and where the database is connected. */
export function findStartup(evaluator: Evaluator, files: readonly ts.SourceFile[]): Startup {
  let listen: ts.Node | undefined;
  let connect: ts.Node | undefined;
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression)) {
      const { expression, name } = node.expression;
      if (name.text === 'listen' && listens(evaluator, expression)) listen ??= node;
      if (/^(connect|createConnection)$/.test(name.text) && isMongoose(evaluator, expression))
        connect ??= node;
    }
    ts.forEachChild(node, visit);
  };
  for (const file of files) visit(file);
  return { listen: listen && anchorOf(listen), connect: connect && anchorOf(connect) };
}

export function anchorOf(node: ts.Node): Anchor {
  const statement = ts.findAncestor(node, ts.isStatement) ?? node;
  return { ...placeOf(node), start: statement.getStart(), end: statement.getEnd() };
}

function listens(evaluator: Evaluator, receiver: ts.Expression): boolean {
  const value = evaluator.settled(receiver, undefined);
  if (value.kind === 'router') return value.isApp;
  return value.kind === 'external'
    ? /^https?$/.test(value.module)
    : /^(app|server|httpServer)$/.test(receiver.getText());
}

function isMongoose(evaluator: Evaluator, receiver: ts.Expression): boolean {
  const value = evaluator.settled(receiver, undefined);
  return value.kind === 'external' && value.module === 'mongoose';
}
