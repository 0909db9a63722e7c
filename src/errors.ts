/** Exit codes of the command line, documented in README.md. */
export const ExitCode = {
  ok: 0,
  /** A fault of this tool. */
  internal: 1,
  /** Bad arguments or a missing answer. */
  usage: 2,
  /** The folder or repository is not in a state that the command accepts; nothing was changed. */
  refused: 3,
  /** Applied, and a person has steps left to do by hand. */
  manualSteps: 4,
  /** Cancelled by the user (Ctrl-C). */
  cancelled: 130,
} as const;

export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

export interface ErrorDetails {
  /** Repository-relative place, as `file` or `file:line`. */
  readonly where?: string;
  /** What the user can do next, in one sentence. */
  readonly hint?: string;
  readonly exitCode?: ExitCode;
}

/** An error that the user can act on: what, where, what to do next. Every other error is a fault of this tool. */
export class UserError extends Error {
  readonly where: string | undefined;
  readonly hint: string | undefined;
  readonly exitCode: ExitCode;

  constructor(message: string, details: ErrorDetails = {}) {
    super(message);
    this.name = 'UserError';
    this.where = details.where;
    this.hint = details.hint;
    this.exitCode = details.exitCode ?? ExitCode.refused;
  }
}
