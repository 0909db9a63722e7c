import { ts } from 'ts-morph';
import { evaluateCall, evaluateNew } from './evaluate-call.js';
import { evaluateThis } from './evaluate-class.js';
import { evaluateDeclaration } from './evaluate-declaration.js';
import { memberOf } from './evaluate-member.js';
import { exportedValue } from './evaluate-module.js';
import type { ModulePaths } from './module-paths.js';
import { type Declaration, findDeclaration } from './scope.js';
import type { SourceFiles } from './source-files.js';
import { type Frame, frameOf, isKnown, UNKNOWN, type Value, visibleFrom } from './values.js';

const MAX_DEPTH = 80;

/** Tells what expressions are without running them. Follows names, imports, members and calls through the repository. */
export class Evaluator {
  readonly files: SourceFiles;
  readonly paths: ModulePaths;
  readonly #topLevel = new Map<ts.Node, Value>();
  /** Functions whose result is being worked out: a recursive call tells nothing new. */
  readonly activeCalls = new Set<ts.Node>();
  #depth = 0;

  constructor(files: SourceFiles, paths: ModulePaths) {
    this.files = files;
    this.paths = paths;
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
    return value.kind === 'module' ? exportedValue(this, value.file, 'default') : value;
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
    if (visible !== undefined) return evaluateDeclaration(this, declaration, visible);
    const known = this.#topLevel.get(declaration);
    if (known !== undefined) return known;
    const value = evaluateDeclaration(this, declaration, undefined);
    if (this.#depth < MAX_DEPTH / 2) this.#topLevel.set(declaration, value);
    return value;
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

function enclosingFrame(node: ts.Node, frame: Frame | undefined): Frame | undefined {
  const owner = ts.findAncestor(node, (parent) => ts.isFunctionLike(parent) && !ts.isArrowFunction(parent));
  return owner === undefined ? undefined : frameOf(frame, owner);
}
