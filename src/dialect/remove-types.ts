import { transformSync } from '@swc/wasm-typescript';
import { ts } from 'ts-morph';
import type { Splice } from '../plan/plan.js';
import { spliceText } from '../plan/splice.js';

/**
 * Erases the types of TypeScript source that uses erasable syntax only. Declarations that leave nothing behind go
 * together with their comments, which a plain eraser would leave orphaned.
 */
export function removeTypes(source: string): string {
  const runtimeOnly = spliceText(source, typeOnlyDeclarations(source));
  return transformSync(runtimeOnly, { mode: 'strip-only' }).code;
}

function typeOnlyDeclarations(source: string): Splice[] {
  const file = ts.createSourceFile('source.ts', source, ts.ScriptTarget.Latest, false);
  return [...file.statements].filter(leavesNothing).map((statement) => ({
    start: statement.pos === 0 ? statement.getStart(file) : statement.pos,
    end: statement.end,
    text: '',
  }));
}

function leavesNothing(statement: ts.Statement): boolean {
  if (ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement)) return true;
  if (ts.isImportDeclaration(statement)) return importsOnlyTypes(statement.importClause);
  if (ts.isExportDeclaration(statement)) return exportsOnlyTypes(statement);
  return false;
}

function importsOnlyTypes(clause: ts.ImportClause | undefined): boolean {
  if (clause === undefined) return false;
  if (clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true;
  const named = clause.namedBindings;
  if (clause.name !== undefined || named === undefined || !ts.isNamedImports(named)) return false;
  return named.elements.length > 0 && named.elements.every((element) => element.isTypeOnly);
}

function exportsOnlyTypes(declaration: ts.ExportDeclaration): boolean {
  if (declaration.isTypeOnly) return true;
  const named = declaration.exportClause;
  if (named === undefined || !ts.isNamedExports(named)) return false;
  return named.elements.length > 0 && named.elements.every((element) => element.isTypeOnly);
}
