import { ts } from 'ts-morph';

/** Where an exported name's value is. */
export type Export =
  | { readonly kind: 'expression'; readonly node: ts.Expression }
  | { readonly kind: 'declaration'; readonly node: ts.Node }
  | { readonly kind: 'local'; readonly name: string; readonly at: ts.Node }
  /** `name` undefined: the whole module. */
  | { readonly kind: 'from'; readonly specifier: string; readonly name: string | undefined };

export interface ModuleExports {
  /** `module.exports = ...` or `export = ...`. */
  readonly whole: ts.Expression | undefined;
  readonly named: ReadonlyMap<string, Export>;
  /** Specifiers of `export * from`. */
  readonly stars: readonly string[];
}

const tables = new WeakMap<ts.SourceFile, ModuleExports>();

export function moduleExports(file: ts.SourceFile): ModuleExports {
  const known = tables.get(file);
  if (known !== undefined) return known;
  const table = new ExportReader().read(file);
  tables.set(file, table);
  return table;
}

class ExportReader {
  whole: ts.Expression | undefined;
  readonly named = new Map<string, Export>();
  readonly stars: string[] = [];

  read(file: ts.SourceFile): ModuleExports {
    for (const statement of file.statements) this.#statement(statement);
    return { whole: this.whole, named: this.named, stars: this.stars };
  }

  #statement(statement: ts.Statement): void {
    if (ts.isExpressionStatement(statement)) this.#assignment(statement.expression);
    else if (ts.isVariableStatement(statement)) this.#variables(statement);
    else if (ts.isExportAssignment(statement)) this.#exportAssignment(statement);
    else if (ts.isExportDeclaration(statement)) this.#exportDeclaration(statement);
    else if (ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement))
      this.#declaration(statement);
    else if (ts.isIfStatement(statement) && ts.isBlock(statement.thenStatement)) {
      for (const inner of statement.thenStatement.statements) this.#statement(inner);
    }
  }

  #assignment(expression: ts.Expression): void {
    if (!ts.isBinaryExpression(expression) || expression.operatorToken.kind !== ts.SyntaxKind.EqualsToken)
      return;
    const { left, right } = expression;
    if (ts.isBinaryExpression(right)) this.#assignment(right);
    const value = endOfAssignments(right);
    if (isExportsObject(left)) this.#whole(left, value);
    else if (ts.isPropertyAccessExpression(left) && isExportsObject(left.expression)) {
      this.named.set(left.name.text, { kind: 'expression', node: value });
    }
  }

  #whole(left: ts.Expression, value: ts.Expression): void {
    if (isExportsObject(value)) return;
    if (ts.isPropertyAccessExpression(left) || this.whole === undefined) this.whole = value;
  }

  /** `const list = (exports.list = ...)` and `const router = module.exports = Router()`. */
  #variables(statement: ts.VariableStatement): void {
    const exported = hasModifier(statement, ts.SyntaxKind.ExportKeyword);
    for (const { name, initializer } of statement.declarationList.declarations) {
      if (initializer !== undefined) this.#assignment(withoutParentheses(initializer));
      if (exported) this.#bindingNames(name);
    }
  }

  #bindingNames(name: ts.BindingName): void {
    if (ts.isIdentifier(name)) this.named.set(name.text, { kind: 'local', name: name.text, at: name });
    else
      for (const element of name.elements) if (ts.isBindingElement(element)) this.#bindingNames(element.name);
  }

  #exportAssignment(statement: ts.ExportAssignment): void {
    if (statement.isExportEquals === true) this.whole = statement.expression;
    else this.named.set('default', { kind: 'expression', node: statement.expression });
  }

  #exportDeclaration({ exportClause, moduleSpecifier }: ts.ExportDeclaration): void {
    const specifier =
      moduleSpecifier !== undefined && ts.isStringLiteral(moduleSpecifier) ? moduleSpecifier.text : undefined;
    if (exportClause === undefined) {
      if (specifier !== undefined) this.stars.push(specifier);
    } else if (ts.isNamespaceExport(exportClause)) {
      if (specifier !== undefined)
        this.named.set(exportClause.name.text, { kind: 'from', specifier, name: undefined });
    } else {
      for (const element of exportClause.elements) this.#specifier(element, specifier);
    }
  }

  #specifier({ name, propertyName }: ts.ExportSpecifier, specifier: string | undefined): void {
    const original = (propertyName ?? name).text;
    const found: Export =
      specifier === undefined
        ? { kind: 'local', name: original, at: name }
        : { kind: 'from', specifier, name: original };
    this.named.set(name.text, found);
  }

  #declaration(statement: ts.FunctionDeclaration | ts.ClassDeclaration): void {
    if (!hasModifier(statement, ts.SyntaxKind.ExportKeyword)) return;
    const isDefault = hasModifier(statement, ts.SyntaxKind.DefaultKeyword);
    const name = isDefault ? 'default' : statement.name?.text;
    if (name !== undefined) this.named.set(name, { kind: 'declaration', node: statement });
  }
}

function hasModifier(node: ts.HasModifiers, kind: ts.SyntaxKind): boolean {
  return node.modifiers?.some((modifier) => modifier.kind === kind) ?? false;
}

function isExportsObject(node: ts.Expression): boolean {
  if (ts.isIdentifier(node)) return node.text === 'exports';
  return (
    ts.isPropertyAccessExpression(node) &&
    ts.isIdentifier(node.expression) &&
    node.expression.text === 'module' &&
    node.name.text === 'exports'
  );
}

function endOfAssignments(expression: ts.Expression): ts.Expression {
  const inner = withoutParentheses(expression);
  const chained = ts.isBinaryExpression(inner) && inner.operatorToken.kind === ts.SyntaxKind.EqualsToken;
  return chained ? endOfAssignments(inner.right) : inner;
}

function withoutParentheses(expression: ts.Expression): ts.Expression {
  return ts.isParenthesizedExpression(expression) ? withoutParentheses(expression.expression) : expression;
}
