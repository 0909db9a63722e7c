import { ts } from 'ts-morph';
import { assignmentsIn } from './additions.js';
import { memberOf } from './evaluate-member.js';
import type { Evaluator } from './evaluator.js';
import { type FunctionValue, functionsIn, type ModelValue, type SchemaValue, type Value } from './values.js';

type Group = 'statics' | 'methods';

/**
 * A function that the repository added to a model (`statics`) or to its documents (`methods`): assigned on the schema,
 * given in its options, registered by call, loaded from a class, or put there by a plugin of the repository.
 */
export function schemaFunction(
  evaluator: Evaluator,
  model: ModelValue,
  group: Group,
  name: string,
): FunctionValue | undefined {
  const { schema } = model;
  if (schema === undefined) return undefined;
  const found =
    declaredFunction(evaluator, schema, group, name) ?? registeredFunction(evaluator, schema, group, name);
  const self: Value = group === 'statics' ? model : { kind: 'document', model };
  return found === undefined ? undefined : { ...found, self };
}

function declaredFunction(
  evaluator: Evaluator,
  schema: SchemaValue,
  group: Group,
  name: string,
): FunctionValue | undefined {
  const assigned = schema.additions?.get(`${group}.${name}`);
  if (assigned !== undefined) return functionsIn(evaluator.settled(assigned, undefined))[0];
  const whole = schema.additions?.get(group) ?? optionOf(schema, group);
  return whole === undefined
    ? undefined
    : functionsIn(memberOf(evaluator, evaluator.settled(whole, schema.frame), name))[0];
}

function optionOf({ creation }: SchemaValue, group: Group): ts.Expression | undefined {
  const options = creation.arguments?.[1];
  if (options === undefined || !ts.isObjectLiteralExpression(options)) return undefined;
  const property = options.properties.find((candidate) => candidate.name?.getText() === group);
  return property !== undefined && ts.isPropertyAssignment(property) ? property.initializer : undefined;
}

function registeredFunction(
  evaluator: Evaluator,
  schema: SchemaValue,
  group: Group,
  name: string,
): FunctionValue | undefined {
  for (const call of callsOnSchema(schema)) {
    const found = fromCall(evaluator, call, group, name);
    if (found !== undefined) return found;
  }
  return undefined;
}

interface SchemaCall {
  readonly method: string;
  readonly args: readonly ts.Expression[];
}

/** `schema.plugin(...)`, `schema.method(...)` and the like at the top level of the file that makes the schema. */
function callsOnSchema({ creation }: SchemaValue): SchemaCall[] {
  const holder = creation.parent;
  if (!ts.isVariableDeclaration(holder) || !ts.isIdentifier(holder.name)) return [];
  const name = holder.name.text;
  return creation.getSourceFile().statements.flatMap((statement) => {
    const call = ts.isExpressionStatement(statement) ? statement.expression : undefined;
    if (call === undefined || !ts.isCallExpression(call) || !ts.isPropertyAccessExpression(call.expression))
      return [];
    const { expression, name: method } = call.expression;
    return ts.isIdentifier(expression) && expression.text === name
      ? [{ method: method.text, args: call.arguments }]
      : [];
  });
}

function fromCall(
  evaluator: Evaluator,
  call: SchemaCall,
  group: Group,
  name: string,
): FunctionValue | undefined {
  const [first, second] = call.args;
  if (first === undefined) return undefined;
  const value = evaluator.settled(first, undefined);
  if (`${call.method}s` === group) {
    if (value.kind === 'string')
      return value.text === name && second ? functionsIn(evaluator.settled(second, undefined))[0] : undefined;
    return functionsIn(memberOf(evaluator, value, name))[0];
  }
  if (call.method === 'plugin')
    return functionsIn(value).map((plugin) => fromPlugin(evaluator, plugin, group, name))[0];
  if (call.method === 'loadClass' && value.kind === 'class') {
    const owner: Value =
      group === 'statics' ? value : { kind: 'instance', of: value, construction: undefined };
    return functionsIn(memberOf(evaluator, owner, name))[0];
  }
  return undefined;
}

function fromPlugin(
  evaluator: Evaluator,
  plugin: FunctionValue,
  group: Group,
  name: string,
): FunctionValue | undefined {
  const { body, parameters } = plugin.node;
  if (body === undefined || !ts.isBlock(body)) return undefined;
  const target = `${parameters[0]?.name.getText()}.${group}.${name}`;
  const assigned = assignmentsIn(body.statements).find(([path]) => path.join('.') === target);
  return assigned === undefined ? undefined : functionsIn(evaluator.settled(assigned[1], undefined))[0];
}
