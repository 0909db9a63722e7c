import { ts } from 'ts-morph';
import type { Splice } from '../plan/plan.js';
import { spliceText } from '../plan/splice.js';

/**
 * Turns JavaScript written as an ES module into CommonJS: `require` with destructuring, and one `module.exports` at the
 * end. Knows the module syntax that our own templates use; anything else is a fault of a template and throws.
 */
export function toCommonJs(source: string): string {
  const file = ts.createSourceFile('source.js', source, ts.ScriptTarget.Latest, true, ts.ScriptKind.JS);
  const exported: string[] = [];
  const splices = file.statements.flatMap((statement) => convert(statement, file, exported));
  const body = spliceText(source, splices).trimEnd();
  const footer = exported.length > 0 ? `\n\nmodule.exports = { ${exported.join(', ')} };` : '';
  return `'use strict';\n\n${body.trimStart()}${footer}\n`;
}

function convert(statement: ts.Statement, file: ts.SourceFile, exported: string[]): Splice[] {
  if (ts.isImportDeclaration(statement)) return [replaceNode(statement, file, requireStatement(statement))];
  if (ts.isExportDeclaration(statement)) return [convertExportList(statement, file, exported)];
  if (ts.isExportAssignment(statement)) throw new Error('A template must not use a default export');
  const keyword = ts.canHaveModifiers(statement)
    ? ts.getModifiers(statement)?.find((modifier) => modifier.kind === ts.SyntaxKind.ExportKeyword)
    : undefined;
  if (keyword === undefined) return [];
  exported.push(...declaredNames(statement));
  return [{ start: keyword.getStart(file), end: skipSpace(file.text, keyword.end), text: '' }];
}

function requireStatement(declaration: ts.ImportDeclaration): string {
  const call = `require(${specifier(declaration.moduleSpecifier)})`;
  const clause = declaration.importClause;
  if (clause === undefined) return `${call};`;
  const lines: string[] = [];
  if (clause.name !== undefined) lines.push(`const ${clause.name.text} = ${call};`);
  const bindings = clause.namedBindings;
  if (bindings !== undefined && ts.isNamespaceImport(bindings))
    lines.push(`const ${bindings.name.text} = ${call};`);
  if (bindings !== undefined && ts.isNamedImports(bindings)) {
    lines.push(`const { ${bindings.elements.map(destructured).join(', ')} } = ${call};`);
  }
  return lines.join('\n');
}

function convertExportList(
  declaration: ts.ExportDeclaration,
  file: ts.SourceFile,
  exported: string[],
): Splice {
  const list = declaration.exportClause;
  if (list === undefined) {
    exported.push(`...require(${specifier(declaration.moduleSpecifier)})`);
    return replaceNode(declaration, file, '');
  }
  if (!ts.isNamedExports(list)) throw new Error('A template must not use a namespace export');
  if (declaration.moduleSpecifier === undefined) {
    exported.push(...list.elements.map((element) => property(element.name.text, element.propertyName?.text)));
    return replaceNode(declaration, file, '');
  }
  exported.push(...list.elements.map((element) => element.name.text));
  const names = list.elements.map(destructured).join(', ');
  return replaceNode(
    declaration,
    file,
    `const { ${names} } = require(${specifier(declaration.moduleSpecifier)});`,
  );
}

function property(name: string, local: string | undefined): string {
  return local === undefined || local === name ? name : `${name}: ${local}`;
}

function destructured(element: ts.ImportSpecifier | ts.ExportSpecifier): string {
  const from = element.propertyName?.text;
  return from === undefined ? element.name.text : `${from}: ${element.name.text}`;
}

function declaredNames(statement: ts.Statement): string[] {
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.flatMap(({ name }) => boundNames(name));
  }
  if (ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement)) {
    if (statement.name === undefined) throw new Error('A template must not use a default export');
    return [statement.name.text];
  }
  throw new Error(`A template exports what cannot be converted: ${ts.SyntaxKind[statement.kind]}`);
}

function boundNames(name: ts.BindingName): string[] {
  if (ts.isIdentifier(name)) return [name.text];
  return name.elements.flatMap((element) =>
    ts.isOmittedExpression(element) ? [] : boundNames(element.name),
  );
}

/** CommonJS resolves files without an extension; the repositories that use it write them so. */
function specifier(node: ts.Expression | undefined): string {
  if (node === undefined || !ts.isStringLiteral(node)) throw new Error('A module specifier must be a string');
  return `'${withoutExtension(node.text)}'`;
}

export function withoutExtension(path: string): string {
  return path.startsWith('.') ? path.replace(/\.js$/, '').replace(/\/index$/, '') : path;
}

function replaceNode(node: ts.Node, file: ts.SourceFile, text: string): Splice {
  return { start: node.getStart(file), end: node.end, text };
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (text[at] === ' ') at++;
  return at;
}
