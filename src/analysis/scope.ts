import { ts } from 'ts-morph';

export type Declaration =
  | ts.VariableDeclaration
  | ts.BindingElement
  | ts.ParameterDeclaration
  | ts.FunctionDeclaration
  | ts.ClassDeclaration
  | ts.InterfaceDeclaration
  | ts.EnumDeclaration
  | ts.ImportClause
  | ts.ImportSpecifier
  | ts.NamespaceImport
  | ts.ImportEqualsDeclaration;

type Names = ReadonlyMap<string, Declaration>;

const scopes = new WeakMap<ts.Node, Names>();

/** The declaration that a name means at `from`; undefined for globals. */
export function findDeclaration(name: string, from: ts.Node): Declaration | undefined {
  for (let node: ts.Node | undefined = from; node !== undefined; node = node.parent) {
    const declaration = namesOf(node)?.get(name);
    if (declaration !== undefined) return declaration;
  }
  return undefined;
}

function namesOf(node: ts.Node): Names | undefined {
  if (!opensScope(node)) return undefined;
  const known = scopes.get(node);
  if (known !== undefined) return known;
  const names = new Map<string, Declaration>();
  collect(node, names);
  scopes.set(node, names);
  return names;
}

function opensScope(node: ts.Node): boolean {
  return (
    ts.isSourceFile(node) ||
    ts.isBlock(node) ||
    ts.isFunctionLike(node) ||
    ts.isForStatement(node) ||
    ts.isForOfStatement(node) ||
    ts.isForInStatement(node) ||
    ts.isCatchClause(node) ||
    ts.isCaseBlock(node) ||
    ts.isModuleBlock(node) ||
    ts.isClassExpression(node)
  );
}

function collect(scope: ts.Node, names: Map<string, Declaration>): void {
  if (ts.isFunctionLike(scope)) {
    for (const parameter of scope.parameters) addBinding(parameter, names);
  } else if (ts.isForStatement(scope) || ts.isForOfStatement(scope) || ts.isForInStatement(scope)) {
    if (scope.initializer !== undefined && ts.isVariableDeclarationList(scope.initializer)) {
      for (const declaration of scope.initializer.declarations) addBinding(declaration, names);
    }
  } else if (ts.isCatchClause(scope)) {
    if (scope.variableDeclaration !== undefined) addBinding(scope.variableDeclaration, names);
  } else if (ts.isCaseBlock(scope)) {
    for (const clause of scope.clauses) addStatements(clause.statements, names);
  } else if (ts.isSourceFile(scope) || ts.isBlock(scope) || ts.isModuleBlock(scope)) {
    addStatements(scope.statements, names);
  }
}

function addStatements(statements: readonly ts.Statement[], names: Map<string, Declaration>): void {
  for (const statement of statements) {
    if (ts.isVariableStatement(statement)) {
      for (const declaration of statement.declarationList.declarations) addBinding(declaration, names);
    } else if (ts.isImportDeclaration(statement)) {
      addImports(statement, names);
    } else if (isNamed(statement) && statement.name !== undefined) {
      names.set(statement.name.text, statement);
    }
  }
}

function isNamed(
  statement: ts.Statement,
): statement is
  | ts.FunctionDeclaration
  | ts.ClassDeclaration
  | ts.InterfaceDeclaration
  | ts.EnumDeclaration
  | ts.ImportEqualsDeclaration {
  return (
    ts.isFunctionDeclaration(statement) ||
    ts.isClassDeclaration(statement) ||
    ts.isInterfaceDeclaration(statement) ||
    ts.isEnumDeclaration(statement) ||
    ts.isImportEqualsDeclaration(statement)
  );
}

function addImports({ importClause }: ts.ImportDeclaration, names: Map<string, Declaration>): void {
  if (importClause === undefined) return;
  if (importClause.name !== undefined) names.set(importClause.name.text, importClause);
  const bindings = importClause.namedBindings;
  if (bindings === undefined) return;
  if (ts.isNamespaceImport(bindings)) names.set(bindings.name.text, bindings);
  else for (const specifier of bindings.elements) names.set(specifier.name.text, specifier);
}

function addBinding(
  declaration: ts.VariableDeclaration | ts.ParameterDeclaration | ts.BindingElement,
  names: Map<string, Declaration>,
): void {
  if (ts.isIdentifier(declaration.name)) {
    names.set(declaration.name.text, declaration);
    return;
  }
  for (const element of declaration.name.elements) {
    if (ts.isBindingElement(element)) addBinding(element, names);
  }
}
