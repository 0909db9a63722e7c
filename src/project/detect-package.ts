import { type ParseError, parse, printParseErrorCode } from 'jsonc-parser';
import { UserError } from '../errors.js';
import type { Workspace } from './workspace.js';

/** The fields of package.json that tell something about the project. */
export interface PackageJson {
  readonly name?: string;
  readonly type?: string;
  readonly main?: string;
  readonly packageManager?: string;
  readonly scripts?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly prettier?: unknown;
}

const FILE = 'package.json';

/** Throws `UserError` when the file is missing or not a JSON object. */
export function readPackageJson(workspace: Workspace): PackageJson {
  const text = workspace.read(FILE)?.text;
  if (text === undefined) {
    throw new UserError(`No ${FILE} here.`, {
      where: FILE,
      hint: 'Run the command in the root folder of a Node.js backend.',
    });
  }
  const errors: ParseError[] = [];
  const value: unknown = parse(text.replace(/^\uFEFF/, ' '), errors, { disallowComments: true });
  const [error] = errors;
  if (error !== undefined) {
    throw new UserError(`${FILE} is not valid JSON: ${printParseErrorCode(error.error)}.`, {
      where: `${FILE}:${lineAt(text, error.offset)}`,
      hint: 'Correct the line and run the command again.',
    });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new UserError(`${FILE} is not a JSON object.`, {
      where: `${FILE}:1`,
      hint: 'Correct it and run the command again.',
    });
  }
  return value;
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}
