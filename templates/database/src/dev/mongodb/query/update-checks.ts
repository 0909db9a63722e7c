import { inexactArithmetic, ServerError } from '../errors.js';
import { type Document, isDocument } from '../values/documents.js';
import { valueAt } from '../values/paths.js';
import { bsonType } from './types.js';

const ARRAY_OPERATORS = new Set(['$push', '$addToSet', '$pull', '$pullAll', '$pop']);

/** Refuses what mingo would pass over in silence: an operator on a field of the wrong type, a path through a scalar. */
export function requireApplicable(document: Document, operators: Document): void {
  for (const [operator, fields] of Object.entries(operators)) {
    for (const [path, operand] of Object.entries(fields as Document)) {
      if (path.includes('$')) continue;
      if (operator !== '$unset' && operator !== '$pull') requireViablePath(document, path);
      requireType(operator, path, valueAt(document, path), operand);
    }
  }
}

function requireViablePath(document: Document, path: string): void {
  const names = path.split('.').slice(0, -1);
  for (let depth = 1; depth <= names.length; depth++) {
    const parent = names.slice(0, depth).join('.');
    const value = valueAt(document, parent);
    if (value === undefined) return;
    if (!isDocument(value) && !Array.isArray(value))
      throw new ServerError(
        'PathNotViable',
        `Cannot create field '${path}' in element {${parent}: ${String(value)}}`,
      );
  }
}

function requireType(operator: string, path: string, current: unknown, operand: unknown): void {
  if (operator === '$inc' || operator === '$mul') requireNumber(operator, path, current, operand);
  if (ARRAY_OPERATORS.has(operator) && current !== undefined && !Array.isArray(current))
    throw new ServerError(
      'BadValue',
      `The field '${path}' must be an array but is of type ${bsonType(current)} (${operator})`,
    );
}

function requireNumber(operator: string, path: string, current: unknown, operand: unknown): void {
  for (const value of [current ?? 0, operand]) {
    if (bsonType(value) === 'decimal' || (bsonType(value) === 'long' && typeof value !== 'number'))
      throw inexactArithmetic(operator);
  }
  if (typeof operand !== 'number')
    throw new ServerError(
      'TypeMismatch',
      `Cannot increment with non-numeric argument: {${path}: ${String(operand)}}`,
    );
  if (current !== undefined && typeof current !== 'number')
    throw new ServerError(
      'TypeMismatch',
      `Cannot apply ${operator} to a value of non-numeric type. The field '${path}' is of type ${bsonType(current)}`,
    );
}
