import { MingoError } from 'mingo/util';
import type { Document } from './values/documents.js';

const CODES = {
  InternalError: 1,
  BadValue: 2,
  FailedToParse: 9,
  TypeMismatch: 14,
  NamespaceNotFound: 26,
  IndexNotFound: 27,
  PathNotViable: 28,
  CursorNotFound: 43,
  NamespaceExists: 48,
  CommandNotFound: 59,
  ImmutableField: 66,
  CannotCreateIndex: 67,
  InvalidOptions: 72,
  InvalidNamespace: 73,
  IndexKeySpecsConflict: 86,
  CommandNotSupported: 115,
  CommandNotSupportedOnView: 166,
  DuplicateKey: 11000,
  MergeStageNoMatchingDocument: 13113,
  Location40323: 40323,
  Location40324: 40324,
  Location40573: 40573,
} as const;

export type CodeName = keyof typeof CODES;

/** An error as the server reports it: `code`, `codeName`, `errmsg`, and what belongs to the code. */
export class ServerError extends Error {
  readonly code: number;
  readonly codeName: CodeName;
  readonly details: Document;

  constructor(codeName: CodeName, message: string, details: Document = {}) {
    super(message);
    this.code = CODES[codeName];
    this.codeName = codeName;
    this.details = details;
  }
}

export function inexactArithmetic(name: string): ServerError {
  return new ServerError(
    'CommandNotSupported',
    `${name} of Decimal128 or 64-bit integers beyond 2^53 is not supported by the development stand-in for MongoDB`,
  );
}

/** What the query library refuses becomes a BadValue of the server; a fault of this program stays recognisable. */
export function toServerError(error: unknown): ServerError {
  if (error instanceof ServerError) return error;
  const codeName = error instanceof MingoError ? 'BadValue' : 'InternalError';
  const message = error instanceof Error ? error.message : String(error);
  return new ServerError(codeName, `${message} (reported by the development stand-in for MongoDB)`);
}
