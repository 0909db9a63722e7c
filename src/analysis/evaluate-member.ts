import { ts } from 'ts-morph';
import { classMember, instanceMember } from './evaluate-class.js';
import { exportedValue } from './evaluate-module.js';
import type { Evaluator } from './evaluator.js';
import { moduleExports } from './module-exports.js';
import { schemaFunction } from './mongoose-schema.js';
import { type ObjectValue, UNKNOWN, type Value } from './values.js';

/** What `value.name` is. */
export function memberOf(evaluator: Evaluator, value: Value, name: string): Value {
  const added = 'additions' in value ? value.additions?.get(name) : undefined;
  if (added !== undefined) return withSelf(evaluator.evaluate(added, undefined), value);
  switch (value.kind) {
    case 'module':
      return moduleMember(evaluator, value.file, name);
    case 'external':
      return name === 'default' ? value : { ...value, path: [...value.path, name] };
    case 'global':
    case 'request':
    case 'response':
      return { ...value, path: [...value.path, name] };
    case 'object':
      return objectMember(evaluator, value, name);
    case 'class':
      return classMember(evaluator, value, name);
    case 'instance':
      return instanceMember(evaluator, value, name);
    case 'model':
      return schemaFunction(evaluator, value, 'statics', name) ?? UNKNOWN;
    case 'document':
      return schemaFunction(evaluator, value.model, 'methods', name) ?? UNKNOWN;
    case 'choice':
      return memberOfFirst(evaluator, value.options, name);
    case 'unresolved':
      return { kind: 'unresolved', what: `${value.what}.${name}` };
    default:
      return UNKNOWN;
  }
}

function memberOfFirst(evaluator: Evaluator, options: readonly Value[], name: string): Value {
  const values = options
    .map((option) => memberOf(evaluator, option, name))
    .filter(({ kind }) => kind !== 'unknown');
  return values.length > 1 ? { kind: 'choice', options: values } : (values[0] ?? UNKNOWN);
}

function moduleMember(evaluator: Evaluator, file: string, name: string): Value {
  const tree = evaluator.files.get(file);
  const isWhole = tree !== undefined && name === 'exports' && !moduleExports(tree).named.has(name);
  return isWhole ? { kind: 'module', file } : exportedValue(evaluator, file, name);
}

function objectMember(evaluator: Evaluator, object: ObjectValue, name: string): Value {
  const { node, frame } = object;
  for (const property of [...node.properties].reverse()) {
    if (ts.isSpreadAssignment(property)) {
      const value = memberOf(evaluator, evaluator.settled(property.expression, frame), name);
      if (value.kind !== 'unknown' && value.kind !== 'unresolved') return value;
    } else if (property.name !== undefined && propertyName(property.name) === name) {
      return propertyValue(evaluator, object, property);
    }
  }
  return UNKNOWN;
}

function propertyValue(
  evaluator: Evaluator,
  object: ObjectValue,
  property: ts.ObjectLiteralElementLike,
): Value {
  const { frame } = object;
  if (ts.isPropertyAssignment(property))
    return withSelf(evaluator.evaluate(property.initializer, frame), object);
  if (ts.isShorthandPropertyAssignment(property)) return evaluator.evaluate(property.name, frame);
  if (ts.isMethodDeclaration(property)) return { kind: 'function', node: property, frame, self: object };
  return UNKNOWN;
}

function withSelf(value: Value, self: Value): Value {
  return value.kind === 'function' && value.self === undefined ? { ...value, self } : value;
}

export function propertyName(name: ts.PropertyName): string | undefined {
  return ts.isIdentifier(name) || ts.isStringLiteralLike(name) || ts.isPrivateIdentifier(name)
    ? name.text
    : undefined;
}
