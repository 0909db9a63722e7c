import { ExitCode, UserError } from '../errors.js';
import type { Style } from './style.js';

/** An error as the JSON output shows it. */
export interface ErrorReport {
  readonly message: string;
  readonly where?: string;
  readonly hint?: string;
  readonly exitCode: ExitCode;
}

/** What, where and what to do next, for every kind of error. */
export function describeError(error: unknown): ErrorReport {
  if (error instanceof UserError) return describeUserError(error);
  const system = systemErrorHint(error);
  const message = error instanceof Error ? error.message : String(error);
  if (system !== undefined) return { message, hint: system, exitCode: ExitCode.refused };
  return {
    message: `Unexpected error: ${message}`,
    hint: 'This is a fault of create-scalable-backend. Run again with DEBUG=create-scalable-backend and report what it prints.',
    exitCode: ExitCode.internal,
  };
}

/** The block that a person reads, ending in a line break; with the stack when `debug` is set. */
export function renderErrorBlock(error: unknown, style: Style, debug: boolean): string {
  const { message, where, hint, exitCode } = describeError(error);
  const head = exitCode === ExitCode.cancelled ? style.yellow('cancelled') : style.red('error');
  const lines = [`${head}: ${message}`];
  if (where !== undefined) lines.push(`  ${style.dim('where:')} ${where}`);
  if (hint !== undefined) lines.push(`  ${style.dim('next:')}  ${hint}`);
  if (debug && error instanceof Error && error.stack) lines.push('', style.dim(error.stack));
  return `${lines.join('\n')}\n`;
}

function describeUserError(error: UserError): ErrorReport {
  return {
    message: error.message,
    ...(error.where === undefined ? {} : { where: error.where }),
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    exitCode: error.exitCode,
  };
}

const SYSTEM_HINTS: Readonly<Record<string, string>> = {
  ENOSPC: 'The disk is full: free some space, then run the same command again.',
  EDQUOT: 'Your disk quota is used up: free some space, then run the same command again.',
  EACCES: 'You have no permission for this path: change its owner or mode, or choose another folder.',
  EPERM: 'You have no permission for this path: change its owner or mode, or choose another folder.',
  EROFS: 'The file system is read-only: choose another folder.',
};

/** What a person can do about a fault of the machine; undefined for every other error. */
function systemErrorHint(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return SYSTEM_HINTS[String(error.code)];
}
