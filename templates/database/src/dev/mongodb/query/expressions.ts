import { Decimal128, Long, ObjectId } from 'bson';
import { evalExpr } from 'mingo/core';
import * as mingo from 'mingo/operators/expression';
import type { Any, AnyObject, Options } from 'mingo/types';
import { ServerError } from '../errors.js';
import { stringOrder } from '../values/collation.js';
import { isDocument } from '../values/documents.js';
import { compareValues } from '../values/order.js';
import { bsonType } from './types.js';

/** The expressions that compare, name or convert BSON values; they take the place of mingo's. */
type Expression = (document: AnyObject, operand: Any, options: Options) => unknown;

function comparison(result: (order: number) => unknown): Expression {
  return (document, operand, options) => {
    const [left, right] = operands(document, operand, options);
    return result(compareValues(left, right, stringOrder(options.collation)));
  };
}

function operands(document: AnyObject, operand: Any, options: Options): [unknown, unknown] {
  if (!Array.isArray(operand) || operand.length !== 2)
    throw new ServerError('BadValue', 'A comparison expression takes exactly 2 arguments');
  return [evalExpr(document, operand[0], options), evalExpr(document, operand[1], options)];
}

export const $cmp = comparison(Math.sign);
export const $eq = comparison((order) => order === 0);
export const $ne = comparison((order) => order !== 0);
export const $lt = comparison((order) => order < 0);
export const $lte = comparison((order) => order <= 0);
export const $gt = comparison((order) => order > 0);
export const $gte = comparison((order) => order >= 0);

export const $in: Expression = (document, operand, options) => {
  const [wanted, array] = operands(document, operand, options);
  if (!Array.isArray(array)) throw new ServerError('BadValue', '$in requires an array as a second argument');
  return array.some((value) => compareValues(value, wanted) === 0);
};

export const $type: Expression = (document, operand, options) =>
  bsonType(evalExpr(document, only(operand), options));

export const $toString: Expression = (document, operand, options) => {
  const value = evalExpr(document, only(operand), options);
  if (value instanceof ObjectId || value instanceof Decimal128 || value instanceof Long)
    return value.toString();
  return mingo.$toString(document, { $literal: value }, options);
};

export const $toObjectId: Expression = (document, operand, options) => {
  const value = evalExpr(document, only(operand), options) ?? null;
  if (value === null || value instanceof ObjectId) return value;
  if (typeof value === 'string' && /^[0-9a-f]{24}$/i.test(value)) return new ObjectId(value);
  throw new ServerError(
    'BadValue',
    `Failed to parse objectId '${String(value)}' in $convert with no onError value`,
  );
};

export const $toDate: Expression = (document, operand, options) => {
  const value = evalExpr(document, only(operand), options);
  return value instanceof ObjectId
    ? value.getTimestamp()
    : mingo.$toDate(document, { $literal: value }, options);
};

export const $toDecimal: Expression = (document, operand, options) => {
  const value = evalExpr(document, only(operand), options) ?? null;
  return value === null || value instanceof Decimal128 ? value : Decimal128.fromString(String(value));
};

/** Only the targets that need BSON are ours. */
export const $convert: Expression = (document, operand, options) => {
  const conversion = isDocument(operand) ? convertTo(evalExpr(document, operand.to, options)) : undefined;
  if (!isDocument(operand) || !conversion) return mingo.$convert(document, operand as never, options);
  const input = evalExpr(document, operand.input, options) ?? null;
  if (input === null) return evalExpr(document, operand.onNull ?? null, options);
  try {
    return conversion(document, { $literal: input }, options);
  } catch (error) {
    if (operand.onError === undefined) throw error;
    return evalExpr(document, operand.onError, options);
  }
};

function convertTo(type: unknown): Expression | undefined {
  if (type === 'objectId' || type === 7) return $toObjectId;
  if (type === 'decimal' || type === 19) return $toDecimal;
  if (type === 'string' || type === 2) return $toString;
  return type === 'date' || type === 9 ? $toDate : undefined;
}

/** One argument may be given bare or in an array of one. */
function only(operand: Any): Any {
  return Array.isArray(operand) && operand.length === 1 ? operand[0] : operand;
}
