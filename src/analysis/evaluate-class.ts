import { ts } from 'ts-morph';
import { assignmentsIn } from './additions.js';
import { propertyName } from './evaluate-member.js';
import type { Evaluator } from './evaluator.js';
import { findDeclaration } from './scope.js';
import { type ClassValue, type Frame, frameOf, type InstanceValue, UNKNOWN, type Value } from './values.js';

export function newInstance(of: ClassValue, args: readonly Value[], site: string): InstanceValue {
  const instance: { -readonly [K in keyof InstanceValue]: InstanceValue[K] } = {
    kind: 'instance',
    of,
    construction: undefined,
  };
  instance.construction = constructorFrame(of, args, instance, site);
  return instance;
}

function constructorFrame(of: ClassValue, args: readonly Value[], self: Value, site: string): Frame {
  return { owner: constructorOf(of.node) ?? of.node, args, self, parent: of.frame, site };
}

function constructorOf(node: ts.ClassLikeDeclaration): ts.ConstructorDeclaration | undefined {
  return node.members.find((member) => ts.isConstructorDeclaration(member) && member.body !== undefined) as
    | ts.ConstructorDeclaration
    | undefined;
}

/** A static member, own or inherited. */
export function classMember(evaluator: Evaluator, value: ClassValue, name: string): Value {
  const own = value.node.members.find((member) => isStatic(member) && memberName(member) === name);
  if (own !== undefined)
    return memberValue(evaluator, own, value, {
      owner: value.node,
      args: [],
      self: value,
      parent: value.frame,
      site: '',
    });
  const base = baseClass(evaluator, value);
  return base === undefined ? UNKNOWN : classMember(evaluator, base, name);
}

/** A method or field of an instance, own or inherited: declared, assigned in the constructor, or a constructor parameter. */
export function instanceMember(evaluator: Evaluator, instance: InstanceValue, name: string): Value {
  let construction = instance.construction;
  for (let of: ClassValue | undefined = instance.of; of !== undefined; of = baseClass(evaluator, of)) {
    const value = ownMember(evaluator, instance, of, construction, name);
    if (value !== undefined) return value;
    construction = superConstruction(evaluator, instance, of, construction);
  }
  return { kind: 'unresolved', what: `${instance.of.node.name?.text ?? 'object'}.${name}` };
}

function ownMember(
  evaluator: Evaluator,
  instance: InstanceValue,
  of: ClassValue,
  construction: Frame | undefined,
  name: string,
): Value | undefined {
  const fields: Frame = {
    owner: of.node,
    args: [],
    self: instance,
    parent: construction ?? of.frame,
    site: construction?.site ?? '',
  };
  const constructorNode = constructorOf(of.node);
  const parameter = constructorNode?.parameters.find(
    (candidate) =>
      ts.isParameterPropertyDeclaration(candidate, constructorNode) && candidate.name.getText() === name,
  );
  if (parameter !== undefined) return evaluator.declared(parameter, construction ?? of.frame);
  const assigned = assignmentsIn(constructorNode?.body?.statements ?? []).find(
    ([path]) => path.length === 2 && path[0] === 'this' && path[1] === name,
  );
  if (assigned !== undefined) return evaluator.evaluate(assigned[1], construction ?? fields);
  const member = of.node.members.find((candidate) => !isStatic(candidate) && memberName(candidate) === name);
  return member === undefined ? undefined : memberValue(evaluator, member, instance, fields);
}

function memberValue(evaluator: Evaluator, member: ts.ClassElement, self: Value, frame: Frame): Value {
  if (ts.isMethodDeclaration(member)) return { kind: 'function', node: member, frame: frame.parent, self };
  if (!ts.isPropertyDeclaration(member)) return UNKNOWN;
  if (member.initializer !== undefined) return evaluator.evaluate(member.initializer, frame);
  return member.type === undefined ? UNKNOWN : instanceOfType(evaluator, member.type);
}

function superConstruction(
  evaluator: Evaluator,
  instance: InstanceValue,
  of: ClassValue,
  construction: Frame | undefined,
): Frame | undefined {
  const base = baseClass(evaluator, of);
  if (base === undefined || construction === undefined) return undefined;
  const superCall = constructorOf(of.node)
    ?.body?.statements.map(asSuperCall)
    .find((call) => call !== undefined);
  const args =
    superCall === undefined ? construction.args : evaluator.list(superCall.arguments, construction);
  return constructorFrame(base, args, instance, construction.site);
}

function asSuperCall(statement: ts.Statement): ts.CallExpression | undefined {
  const call = ts.isExpressionStatement(statement) ? statement.expression : undefined;
  const isSuper =
    call !== undefined && ts.isCallExpression(call) && call.expression.kind === ts.SyntaxKind.SuperKeyword;
  return isSuper ? call : undefined;
}

function baseClass(evaluator: Evaluator, of: ClassValue): ClassValue | undefined {
  const extended = of.node.heritageClauses?.find(({ token }) => token === ts.SyntaxKind.ExtendsKeyword)
    ?.types[0];
  const value = extended === undefined ? UNKNOWN : evaluator.settled(extended.expression, of.frame);
  return value.kind === 'class' && value.node !== of.node ? value : undefined;
}

/** `this`: what the call was made on; failing that, some instance of the class around it. */
export function evaluateThis(evaluator: Evaluator, node: ts.Node, frame: Frame | undefined): Value {
  const owner = ts.findAncestor(
    node,
    (parent) =>
      (ts.isFunctionLike(parent) && !ts.isArrowFunction(parent)) || ts.isPropertyDeclaration(parent),
  );
  if (owner === undefined) return UNKNOWN;
  const self =
    frameOf(frame, owner)?.self ??
    (ts.isPropertyDeclaration(owner) ? frameOf(frame, owner.parent)?.self : undefined);
  if (self !== undefined) return self;
  if (ts.isClassLike(owner.parent)) {
    return {
      kind: 'instance',
      of: { kind: 'class', node: owner.parent, frame: undefined },
      construction: undefined,
    };
  }
  const literal = ts.isPropertyAssignment(owner.parent) ? owner.parent.parent : owner.parent;
  return ts.isObjectLiteralExpression(literal) ? evaluator.evaluate(literal, undefined) : UNKNOWN;
}

/** An instance of the class that a type names. Interfaces and type parameters tell nothing. */
export function instanceOfType(evaluator: Evaluator, type: ts.TypeNode): Value {
  if (!ts.isTypeReferenceNode(type) || !ts.isIdentifier(type.typeName)) return UNKNOWN;
  const declaration = findDeclaration(type.typeName.text, type);
  if (declaration === undefined || ts.isInterfaceDeclaration(declaration)) return UNKNOWN;
  const value = evaluator.settle(evaluator.declared(declaration, undefined));
  return value.kind === 'class' ? { kind: 'instance', of: value, construction: undefined } : UNKNOWN;
}

function memberName(member: ts.ClassElement): string | undefined {
  return member.name === undefined ? undefined : propertyName(member.name);
}

function isStatic(member: ts.ClassElement): boolean {
  return (
    ts.canHaveModifiers(member) &&
    (member.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.StaticKeyword) ?? false)
  );
}
