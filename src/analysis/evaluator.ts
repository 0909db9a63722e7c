import { ts } from 'ts-morph';
import { additionsTo } from './additions.js';
import { evaluateCall, evaluateNew } from './evaluate-call.js';
import { evaluateThis, instanceOfType } from './evaluate-class.js';
import { memberOf } from './evaluate-member.js';
import { type Export, moduleExports } from './module-exports.js';
import type { ModulePaths } from './module-paths.js';
import { type Declaration, findDeclaration } from './scope.js';
import type { SourceFiles } from './source-files.js';
import { type Frame, frameOf, isKnown, UNKNOWN, type Value, visibleFrom } from './values.js';

const MAX_DEPTH = 80;

/** Tells what expressions are without running them. Follows names, imports, members and calls through the repository. */
export class Evaluator {
  readonly files: SourceFiles;
  readonly #paths: ModulePaths;
  readonly #topLevel = new Map<ts.Node, Value>();
  /** Functions whose result is being worked out: a recursive call tells nothing new. */
  readonly activeCalls = new Set<ts.Node>();
  #depth = 0;

  constructor(files: SourceFiles, paths: ModulePaths) {
    this.files = files;
    this.#paths = paths;
  }

  evaluate(node: ts.Expression, frame: Frame | undefined): Value {
    if (this.#depth >= MAX_DEPTH) return UNKNOWN;
    this.#depth += 1;
    try {
      return this.#expression(node, frame);
    } finally {
      this.#depth -= 1;
    }
  }

  /** Like `evaluate`, with a module standing for what it exports as a whole. */
  settled(node: ts.Expression, frame: Frame | undefined): Value {
    return this.settle(this.evaluate(node, frame));
  }

  settle(value: Value): Value {
    return value.kind === 'module' ? this.exported(value.file, 'default') : value;
  }

  #expression(node: ts.Expression, frame: Frame | undefined): Value {
    if (ts.isIdentifier(node)) return this.#identifier(node, frame);
    if (ts.isPropertyAccessExpression(node))
      return memberOf(this, this.evaluate(node.expression, frame), node.name.text);
    if (ts.isCallExpression(node)) return evaluateCall(this, node, frame);
    if (ts.isArrowFunction(node) || ts.isFunctionExpression(node)) return { kind: 'function', node, frame };
    if (ts.isStringLiteralLike(node)) return { kind: 'string', text: node.text };
    if (ts.isObjectLiteralExpression(node)) return { kind: 'object', node, frame };
    if (ts.isArrayLiteralExpression(node)) return { kind: 'array', items: this.list(node.elements, frame) };
    if (ts.isNewExpression(node)) return evaluateNew(this, node, frame);
    if (ts.isBinaryExpression(node)) return this.#binary(node, frame);
    if (ts.isTemplateExpression(node)) return this.#template(node, frame);
    if (ts.isElementAccessExpression(node)) return this.#element(node, frame);
    if (ts.isClassExpression(node)) return { kind: 'class', node, frame };
    if (node.kind === ts.SyntaxKind.ThisKeyword) return evaluateThis(this, node, frame);
    if (ts.isConditionalExpression(node)) return this.#choice([node.whenTrue, node.whenFalse], frame);
    return isTransparent(node) ? this.evaluate(node.expression, frame) : UNKNOWN;
  }

  /** Elements of an array literal or arguments of a call, spreads of known arrays unfolded. */
  list(nodes: readonly ts.Expression[], frame: Frame | undefined): Value[] {
    return nodes.flatMap((node) => {
      if (!ts.isSpreadElement(node)) return [this.evaluate(node, frame)];
      const spread = this.settled(node.expression, frame);
      return spread.kind === 'array' ? spread.items : [UNKNOWN];
    });
  }

  #identifier(node: ts.Identifier, frame: Frame | undefined): Value {
    const declaration = findDeclaration(node.text, node);
    if (declaration !== undefined) return this.declared(declaration, frame);
    if (node.text === 'arguments') return { kind: 'array', items: enclosingFrame(node, frame)?.args ?? [] };
    if (node.text === 'exports') return { kind: 'module', file: node.getSourceFile().fileName };
    return { kind: 'global', path: [node.text] };
  }

  declared(declaration: Declaration, frame: Frame | undefined): Value {
    const visible = visibleFrom(declaration, frame);
    if (visible !== undefined) return this.#declaration(declaration, visible);
    const known = this.#topLevel.get(declaration);
    if (known !== undefined) return known;
    const value = this.#declaration(declaration, undefined);
    if (this.#depth < MAX_DEPTH / 2) this.#topLevel.set(declaration, value);
    return value;
  }

  #declaration(node: Declaration, frame: Frame | undefined): Value {
    if (ts.isVariableDeclaration(node)) return this.#variable(node, frame);
    if (ts.isParameter(node)) return this.#parameter(node, frame);
    if (ts.isBindingElement(node)) return this.#bindingElement(node, frame);
    if (ts.isFunctionDeclaration(node)) return { kind: 'function', node, frame, ...this.#additions(node) };
    if (ts.isClassDeclaration(node)) return { kind: 'class', node, frame, ...this.#additions(node) };
    return this.#imported(node);
  }

  #variable(node: ts.VariableDeclaration, frame: Frame | undefined): Value {
    const loop = node.parent.parent;
    if (ts.isForOfStatement(loop)) return frameOf(frame, loop)?.args[0] ?? UNKNOWN;
    const source = node.initializer ?? laterAssignment(node);
    if (source === undefined) return node.type === undefined ? UNKNOWN : instanceOfType(this, node.type);
    const value = this.evaluate(source, frame);
    const takesAdditions =
      value.kind === 'object' ||
      value.kind === 'function' ||
      value.kind === 'class' ||
      value.kind === 'schema';
    return takesAdditions ? { ...value, ...this.#additions(node) } : value;
  }

  #additions(node: { readonly name?: ts.Node | undefined } & ts.Node): {
    additions?: ReadonlyMap<string, ts.Expression>;
  } {
    const additions =
      node.name !== undefined && ts.isIdentifier(node.name)
        ? additionsTo(node.name.text, node.getSourceFile())
        : undefined;
    return additions === undefined ? {} : { additions };
  }

  #parameter(node: ts.ParameterDeclaration, frame: Frame | undefined): Value {
    const owner = node.parent;
    const bound = frameOf(frame, owner);
    const index = owner.parameters.indexOf(node);
    if (bound !== undefined) {
      if (node.dotDotDotToken !== undefined) return { kind: 'array', items: bound.args.slice(index) };
      const argument = bound.args[index];
      if (argument !== undefined && isKnown(argument)) return argument;
    }
    if (node.initializer !== undefined) return this.evaluate(node.initializer, frame);
    const typed = node.type === undefined ? UNKNOWN : instanceOfType(this, node.type);
    return isKnown(typed) ? typed : roleByName(node);
  }

  #bindingElement(node: ts.BindingElement, frame: Frame | undefined): Value {
    const pattern = node.parent;
    const holder = pattern.parent;
    const source = this.#declaration(holder, frame);
    if (ts.isArrayBindingPattern(pattern)) {
      return source.kind === 'array' ? (source.items[pattern.elements.indexOf(node)] ?? UNKNOWN) : UNKNOWN;
    }
    if (node.dotDotDotToken !== undefined) return source;
    const name = node.propertyName ?? node.name;
    if (!ts.isIdentifier(name) && !ts.isStringLiteral(name)) return UNKNOWN;
    const value = memberOf(this, source, name.text);
    return !isKnown(value) && node.initializer !== undefined ? this.evaluate(node.initializer, frame) : value;
  }

  #imported(node: Declaration): Value {
    const from = node.getSourceFile().fileName;
    if (ts.isImportClause(node)) return this.#fromModule(from, specifierOf(node.parent), 'default');
    if (ts.isNamespaceImport(node)) return this.moduleNamed(from, specifierOf(node.parent.parent));
    if (ts.isImportSpecifier(node)) {
      return this.#fromModule(
        from,
        specifierOf(node.parent.parent.parent),
        (node.propertyName ?? node.name).text,
      );
    }
    if (ts.isImportEqualsDeclaration(node) && ts.isExternalModuleReference(node.moduleReference)) {
      const { expression } = node.moduleReference;
      return ts.isStringLiteral(expression) ? this.moduleNamed(from, expression.text) : UNKNOWN;
    }
    return UNKNOWN;
  }

  #fromModule(from: string, specifier: string, name: string): Value {
    return memberOf(this, this.moduleNamed(from, specifier), name);
  }

  /** What `require(specifier)` or `import * as x from specifier` gives. */
  moduleNamed(from: string, specifier: string): Value {
    const target = this.#paths.resolve(from, specifier);
    if (target.kind === 'file') return { kind: 'module', file: target.file };
    if (target.kind === 'package') return { kind: 'external', module: target.name, path: [] };
    return { kind: 'unresolved', what: specifier };
  }

  /** An export of a file of the repository; `default` of a CommonJS module is all of it. */
  exported(file: string, name: string): Value {
    if (file.endsWith('.json')) return UNKNOWN;
    const tree = this.files.get(file);
    if (tree === undefined) return { kind: 'unresolved', what: `${name} of ${file}` };
    const { named, whole, stars } = moduleExports(tree);
    const found = named.get(name);
    if (found !== undefined) return this.#export(found, file);
    if (whole !== undefined) {
      const value = this.settled(whole, undefined);
      return name === 'default' ? value : memberOf(this, value, name);
    }
    for (const specifier of stars) {
      const value = this.#fromModule(file, specifier, name);
      if (isKnown(value)) return value;
    }
    const isNamespace = name === 'default' && named.size > 0;
    return isNamespace ? { kind: 'module', file } : { kind: 'unresolved', what: `${name} of ${file}` };
  }

  #export(found: Export, file: string): Value {
    if (found.kind === 'from') {
      const from = this.moduleNamed(file, found.specifier);
      return found.name === undefined ? from : memberOf(this, from, found.name);
    }
    if (found.kind === 'expression') return this.evaluate(found.node, undefined);
    const declaration =
      found.kind === 'local' ? findDeclaration(found.name, found.at) : (found.node as Declaration);
    return declaration === undefined ? UNKNOWN : this.declared(declaration, undefined);
  }

  #binary(node: ts.BinaryExpression, frame: Frame | undefined): Value {
    const { left, operatorToken, right } = node;
    switch (operatorToken.kind) {
      case ts.SyntaxKind.PlusToken: {
        const texts = [this.evaluate(left, frame), this.evaluate(right, frame)];
        return joined(texts);
      }
      case ts.SyntaxKind.BarBarToken:
      case ts.SyntaxKind.QuestionQuestionToken:
        return this.#choice([left, right], frame);
      case ts.SyntaxKind.AmpersandAmpersandToken:
      case ts.SyntaxKind.CommaToken:
      case ts.SyntaxKind.EqualsToken:
        return this.evaluate(right, frame);
      default:
        return UNKNOWN;
    }
  }

  /** Of data (`process.env.PREFIX || '/api'`) the literal counts; of code, every branch. */
  #choice(nodes: readonly ts.Expression[], frame: Frame | undefined): Value {
    const values = nodes.map((node) => this.evaluate(node, frame));
    const known = values.filter((value) => isKnown(value) && value.kind !== 'global');
    const model = known.find(
      ({ kind }) => kind === 'model' || kind === 'router' || kind === 'request' || kind === 'response',
    );
    if (model !== undefined) return model;
    return known.length > 1 ? { kind: 'choice', options: known } : (known[0] ?? values[0] ?? UNKNOWN);
  }

  #template(node: ts.TemplateExpression, frame: Frame | undefined): Value {
    const parts = node.templateSpans.flatMap(({ expression, literal }): Value[] => [
      this.evaluate(expression, frame),
      { kind: 'string', text: literal.text },
    ]);
    return joined([{ kind: 'string', text: node.head.text }, ...parts]);
  }

  #element(node: ts.ElementAccessExpression, frame: Frame | undefined): Value {
    const owner = this.evaluate(node.expression, frame);
    if (ts.isNumericLiteral(node.argumentExpression)) {
      return owner.kind === 'array'
        ? (owner.items[Number(node.argumentExpression.text)] ?? UNKNOWN)
        : UNKNOWN;
    }
    const key = this.evaluate(node.argumentExpression, frame);
    if (key.kind === 'string') return memberOf(this, owner, key.text);
    return owner.kind === 'object' || owner.kind === 'module'
      ? { kind: 'unresolved', what: node.getText() }
      : UNKNOWN;
  }
}

function isTransparent(node: ts.Expression): node is ts.Expression & { readonly expression: ts.Expression } {
  return (
    ts.isParenthesizedExpression(node) ||
    ts.isAwaitExpression(node) ||
    ts.isAsExpression(node) ||
    ts.isNonNullExpression(node) ||
    ts.isSatisfiesExpression(node) ||
    ts.isTypeAssertionExpression(node)
  );
}

function joined(parts: readonly Value[]): Value {
  const texts = parts.map((part) =>
    part.kind === 'choice' ? part.options.find(({ kind }) => kind === 'string') : part,
  );
  if (!texts.every((part) => part?.kind === 'string')) return UNKNOWN;
  return { kind: 'string', text: texts.map((part) => (part?.kind === 'string' ? part.text : '')).join('') };
}

function specifierOf({ moduleSpecifier }: ts.ImportDeclaration | ts.JSDocImportTag): string {
  return ts.isStringLiteral(moduleSpecifier) ? moduleSpecifier.text : '';
}

function enclosingFrame(node: ts.Node, frame: Frame | undefined): Frame | undefined {
  const owner = ts.findAncestor(node, (parent) => ts.isFunctionLike(parent) && !ts.isArrowFunction(parent));
  return owner === undefined ? undefined : frameOf(frame, owner);
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
