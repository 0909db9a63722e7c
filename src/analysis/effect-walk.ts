import { ts } from 'ts-morph';
import type { Finding } from './effect-finding.js';
import { type EffectReader, effectAt, type Summary } from './effect-reader.js';
import { databaseEffect, isDatabasePackage } from './effects-database.js';
import { assignedDenial, denial } from './effects-denial.js';
import { externalEffect, globalEffect, isGuard } from './effects-external.js';
import { identityRead, requestCallEffect, responseEffect } from './effects-http.js';
import { callArguments, callSite } from './evaluate-call.js';
import { memberOf } from './evaluate-member.js';
import type { Effect, Unresolved } from './facts.js';
import { isAssignment, isModuleState } from './module-state.js';
import { findDeclaration } from './scope.js';
import { placeOf, textOf } from './source-files.js';
import { type Frame, functionsIn, UNKNOWN, type Value } from './values.js';

const MAIL_NAME = /^send_?(e?mails?|template)$/i;
/** What mongoose gives every model; any other name is the repository's own static or a plugin's. */
const MODEL_BUILTINS =
  /^(where|watch|hydrate|init|startSession|validate|translateAliases|(create|sync|ensure|list|diff|clean)Index\w*|createCollection|discriminator|on|model|applyDefaults|castObject|\$where|db|collection|schema|modelName|then|catch)$/;

/** One pass over a function's body, nested functions included: they are taken to run. */
export class EffectWalk {
  readonly #reader: EffectReader;
  readonly #frame: Frame;
  readonly #effects = new Map<string, Effect>();
  readonly #unresolved = new Map<string, Unresolved>();

  constructor(reader: EffectReader, frame: Frame) {
    this.#reader = reader;
    this.#frame = frame;
  }

  summary(): Summary {
    return { effects: [...this.#effects.values()], unresolved: [...this.#unresolved.values()] };
  }

  visit(node: ts.Node): void {
    if (ts.isTypeNode(node)) return;
    if (ts.isCallExpression(node)) this.#call(node);
    else if (ts.isNewExpression(node)) this.#construction(node);
    else if (ts.isPropertyAccessExpression(node)) this.#access(node);
    else if (ts.isBindingElement(node))
      this.#identity(this.#reader.evaluator.declared(node, this.#frame), node);
    else if (ts.isBinaryExpression(node)) this.#assignment(node);
    else if (ts.isDeleteExpression(node)) this.#sessionWrite(node.expression, node);
    else if (ts.isIdentifier(node) && isReference(node) && isModuleState(node)) {
      this.#found({ kind: 'module-state', what: node.text }, node);
    }
    ts.forEachChild(node, (child) => this.visit(child));
  }

  #found(finding: Finding | undefined, node: ts.Node): void {
    if (finding !== undefined) this.#add(effectAt(finding, node));
  }

  #add(effect: Effect): void {
    this.#effects.set(`${effect.kind} ${effect.what} ${effect.at.file}:${effect.at.line}`, effect);
  }

  #missing(node: ts.Node, external: boolean): void {
    const at = placeOf(node);
    const what = textOf(node).slice(0, 80);
    this.#unresolved.set(`${what} ${at.file}:${at.line}`, { what, external, at });
  }

  #include({ effects, unresolved }: Summary): void {
    for (const effect of effects) this.#add(effect);
    for (const entry of unresolved)
      this.#unresolved.set(`${entry.what} ${entry.at.file}:${entry.at.line}`, entry);
  }

  #call(node: ts.CallExpression): void {
    const place = ts.isPropertyAccessExpression(node.expression) ? node.expression.name : node;
    this.#found(denial(node), place);
    const { evaluator } = this.#reader;
    if (ts.isPropertyAccessExpression(node.expression)) {
      const receiver = evaluator.settled(node.expression.expression, this.#frame);
      this.#methodCall(node, receiver, node.expression.name);
    } else {
      this.#plainCall(node, evaluator.settled(node.expression, this.#frame));
    }
  }

  #methodCall(node: ts.CallExpression, receiver: Value, name: ts.MemberName): void {
    if (receiver.kind === 'response' && receiver.path.length === 0) {
      this.#found(responseEffect(name.text, node.arguments), name);
      return;
    }
    this.#namedEffects(node, receiver, name);
    const callee = this.#methodCallee(receiver, name.text);
    if (functionsIn(callee).length > 0) this.#repositoryCall(node, callee);
    else if (name.text !== 'bind') this.#foreignMethod(node, receiver, callee, name);
  }

  /** What the name of a method tells, whatever it is called on. */
  #namedEffects(node: ts.CallExpression, receiver: Value, name: ts.MemberName): void {
    const method = name.text;
    if (receiver.kind === 'request')
      this.#found(requestCallEffect([...receiver.path, method], node.arguments), name);
    if (method === 'pipe') this.#found({ kind: 'stream', what: 'pipe(...)' }, name);
    if (MAIL_NAME.test(method)) this.#found({ kind: 'mail', what: `${method}()` }, name);
    if (method === 'emit' && receiver.kind !== 'request') {
      this.#found({ kind: 'emits', what: `${textOf(node.expression).slice(-40)}()` }, name);
    }
  }

  #methodCallee(receiver: Value, method: string): Value {
    if (functionsIn(receiver).length > 0 && /^(call|apply|bind)$/.test(method))
      return method === 'bind' ? UNKNOWN : receiver;
    const { evaluator } = this.#reader;
    return evaluator.settle(memberOf(evaluator, receiver, method));
  }

  #foreignMethod(node: ts.CallExpression, receiver: Value, callee: Value, name: ts.MemberName): void {
    const [first] = node.arguments;
    const sql = first === undefined ? undefined : this.#reader.evaluator.evaluate(first, this.#frame);
    const database = databaseEffect(receiver, name.text, node, sql);
    if (database !== undefined) {
      this.#found(database, name);
      this.#callbacks(node);
    } else if (receiver.kind === 'model' && !MODEL_BUILTINS.test(name.text))
      this.#missing(node.expression, false);
    else this.#opaqueCall(node, callee);
  }

  #plainCall(node: ts.CallExpression, callee: Value): void {
    if (callee.kind === 'next') {
      const passesOn =
        node.arguments.length === 0 ||
        (node.arguments[0] !== undefined && ts.isStringLiteral(node.arguments[0]));
      if (passesOn) this.#found({ kind: 'calls-next', what: 'next()' }, node);
    } else if (functionsIn(callee).length > 0) this.#repositoryCall(node, callee);
    else {
      if (ts.isIdentifier(node.expression) && MAIL_NAME.test(node.expression.text))
        this.#found({ kind: 'mail', what: `${node.expression.text}()` }, node);
      this.#opaqueCall(node, callee);
    }
  }

  #repositoryCall(node: ts.CallExpression, callee: Value): void {
    const { evaluator } = this.#reader;
    const args = callArguments(evaluator, node, this.#frame);
    for (const target of functionsIn(callee)) {
      this.#include(this.#reader.ofCall(target, args, callSite(node, this.#frame), node));
    }
  }

  /** A call of something whose body is out of reach. */
  #opaqueCall(node: ts.CallExpression, callee: Value): void {
    if (callee.kind === 'external') this.#externalCall(node, callee);
    else if (callee.kind === 'global') this.#found(globalEffect(callee.path), node);
    else if (callee.kind === 'unresolved') this.#missing(node.expression, false);
    else if (
      callee.kind === 'unknown' &&
      (this.#isUnboundFunction(node.expression) || this.#takesHttp(node))
    ) {
      this.#missing(node.expression, false);
    }
    this.#callbacks(node);
  }

  #externalCall(node: ts.CallExpression, callee: Extract<Value, { kind: 'external' }>): void {
    const finding = externalEffect(callee, node.arguments.length);
    this.#found(finding, node);
    const isKnown = finding !== undefined || isDatabasePackage(callee.module) || isGuard(callee);
    if (!isKnown && this.#takesHttp(node)) this.#missing(node.expression, true);
  }

  /** The request or the response is handed over: whoever gets it may do anything with it. */
  #takesHttp(node: ts.CallExpression): boolean {
    return node.arguments.some((argument) => {
      const value = this.#reader.evaluator.evaluate(argument, this.#frame);
      return (value.kind === 'request' || value.kind === 'response') && value.path.length === 0;
    });
  }

  /** `callback()` where `callback` is a parameter of a function that is not itself a callback. */
  #isUnboundFunction(node: ts.Expression): boolean {
    const declaration = ts.isIdentifier(node) ? findDeclaration(node.text, node) : undefined;
    return declaration !== undefined && ts.isParameter(declaration) && !isInlineCallback(declaration.parent);
  }

  /** Functions given by name to a call (`items.map(toView)`) are taken to run; inline ones are part of this body. */
  #callbacks(node: ts.CallExpression): void {
    for (const argument of node.arguments) {
      if (ts.isArrowFunction(argument) || ts.isFunctionExpression(argument)) continue;
      const value = this.#reader.evaluator.settled(argument, this.#frame);
      for (const target of functionsIn(value)) {
        this.#include(this.#reader.ofCall(target, [], callSite(argument, this.#frame), argument));
      }
    }
  }

  #construction(node: ts.NewExpression): void {
    this.#found(denial(node), node);
    const isClock =
      ts.isIdentifier(node.expression) &&
      node.expression.text === 'Date' &&
      (node.arguments ?? []).length === 0;
    if (isClock) this.#found({ kind: 'clock', what: 'new Date()' }, node);
    const callee = this.#reader.evaluator.settled(node.expression, this.#frame);
    if (callee.kind === 'unresolved') this.#missing(node, false);
    if (callee.kind === 'external') this.#found(externalEffect(callee, 1), node);
  }

  #access(node: ts.PropertyAccessExpression): void {
    const isWritten =
      ts.isBinaryExpression(node.parent) &&
      node.parent.left === node &&
      isAssignment(node.parent.operatorToken.kind);
    if (!isWritten) this.#identity(this.#reader.evaluator.evaluate(node, this.#frame), node.name);
  }

  #identity(value: Value, place: ts.Node): void {
    if (value.kind === 'request') this.#found(identityRead('req', value.path), place);
    if (value.kind === 'response') this.#found(identityRead('res', value.path), place);
  }

  #assignment(node: ts.BinaryExpression): void {
    this.#found(assignedDenial(node), node);
    if (isAssignment(node.operatorToken.kind)) this.#sessionWrite(node.left, node);
  }

  #sessionWrite(target: ts.Expression, place: ts.Node): void {
    const value = this.#reader.evaluator.evaluate(target, this.#frame);
    if (value.kind !== 'request' || value.path[0] !== 'session') return;
    this.#found({ kind: 'session-write', what: `req.${value.path.join('.')}` }, place);
  }
}

function isInlineCallback(node: ts.Node): boolean {
  return (
    (ts.isArrowFunction(node) || ts.isFunctionExpression(node)) && !ts.isVariableDeclaration(node.parent)
  );
}

/** Not the name part of a member or property. */
function isReference(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  return !(ts.isPropertyAssignment(parent) && parent.name === node) && !ts.isDeclarationStatement(parent);
}
