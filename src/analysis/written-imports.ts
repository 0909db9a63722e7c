import { ts } from 'ts-morph';
import type { ModuleSystem } from '../project/project-facts.js';

/** An `import` or `require` at the top level of a file. */
export interface WrittenImport {
  readonly statement: ts.Statement;
  readonly specifier: ts.StringLiteral;
  readonly moduleSystem: ModuleSystem;
  /** Local expressions by exported name; `*` is the module as a whole. Empty when it is only loaded. */
  readonly bindings: ReadonlyMap<string, string>;
}

export function writtenImports(file: ts.SourceFile): WrittenImport[] {
  return file.statements.flatMap((statement) => {
    if (ts.isImportDeclaration(statement)) {
      return found(statement, statement.moduleSpecifier, 'esm', importBindings(statement.importClause));
    }
    if (ts.isImportEqualsDeclaration(statement) && ts.isExternalModuleReference(statement.moduleReference)) {
      const bindings = new Map([['*', statement.name.text]]);
      return found(statement, statement.moduleReference.expression, 'esm', bindings);
    }
    const { argument, bindings } = required(statement) ?? {};
    return argument === undefined ? [] : found(statement, argument, 'commonjs', bindings ?? new Map());
  });
}

/** What a file calls `name` of a module whose specifier `accepts`; undefined when it does not import it. */
export function localNameOf(
  text: string,
  path: string,
  name: string,
  accepts: (specifier: string) => boolean,
): string | undefined {
  for (const { specifier, bindings } of writtenImports(parsed(text, path))) {
    if (!accepts(specifier.text)) continue;
    const whole = bindings.get('*');
    const local = bindings.get(name) ?? (whole === undefined ? undefined : `${whole}.${name}`);
    if (local !== undefined) return local;
  }
  return undefined;
}

/** Whether a file loads such a module for its effect: `import './a.js'` or `require('./a')`. */
export function loadsForEffect(text: string, path: string, accepts: (specifier: string) => boolean): boolean {
  return writtenImports(parsed(text, path)).some(
    ({ specifier, bindings }) => bindings.size === 0 && accepts(specifier.text),
  );
}

export function parsed(text: string, path: string): ts.SourceFile {
  return ts.createSourceFile(path, text, ts.ScriptTarget.Latest, false);
}

function found(
  statement: ts.Statement,
  specifier: ts.Expression,
  moduleSystem: ModuleSystem,
  bindings: ReadonlyMap<string, string>,
): WrittenImport[] {
  return ts.isStringLiteral(specifier) ? [{ statement, specifier, moduleSystem, bindings }] : [];
}

function importBindings(clause: ts.ImportClause | undefined): Map<string, string> {
  const bindings = new Map<string, string>();
  if (clause?.name !== undefined) bindings.set('default', clause.name.text);
  const named = clause?.namedBindings;
  if (named === undefined) return bindings;
  if (ts.isNamespaceImport(named)) return bindings.set('*', named.name.text);
  for (const { name, propertyName } of named.elements) bindings.set((propertyName ?? name).text, name.text);
  return bindings;
}

interface Required {
  readonly argument: ts.Expression;
  readonly bindings: ReadonlyMap<string, string>;
}

/** `const a = require(x)`, `const { b } = require(x).c`, `a = require(x)(y)` or a bare `require(x)`. */
function required(statement: ts.Statement): Required | undefined {
  if (ts.isExpressionStatement(statement)) {
    const { expression } = statement;
    const argument = requireArgument(ts.isBinaryExpression(expression) ? expression.right : expression);
    return argument && { argument, bindings: new Map() };
  }
  if (!ts.isVariableStatement(statement)) return undefined;
  for (const { name, initializer } of statement.declarationList.declarations) {
    const argument = initializer && requireArgument(initializer);
    if (initializer !== undefined && argument !== undefined)
      return { argument, bindings: requireBindings(name, initializer) };
  }
  return undefined;
}

function requireArgument(expression: ts.Expression): ts.Expression | undefined {
  if (ts.isPropertyAccessExpression(expression)) return requireArgument(expression.expression);
  if (!ts.isCallExpression(expression)) return undefined;
  if (!ts.isIdentifier(expression.expression)) return requireArgument(expression.expression);
  return expression.expression.text === 'require' ? expression.arguments[0] : undefined;
}

/** Of `require(x)` itself, or of one property of it. */
function requireBindings(name: ts.BindingName, initializer: ts.Expression): Map<string, string> {
  const bindings = new Map<string, string>();
  const property = ts.isPropertyAccessExpression(initializer) ? initializer.name.text : undefined;
  if (ts.isIdentifier(name)) return bindings.set(property ?? '*', name.text);
  if (property !== undefined || !ts.isObjectBindingPattern(name)) return bindings;
  for (const { propertyName = name, name: local } of name.elements) {
    if (!ts.isIdentifier(local)) continue;
    bindings.set(ts.isIdentifier(propertyName) ? propertyName.text : local.text, local.text);
  }
  return bindings;
}
