import { UserError } from '../errors.js';
import { errorCode } from './file-io.js';

/** An error of the file system as one that names the file and what became of the others; all other errors as they are. */
export function explainWriteError(error: unknown, file: string, outcome: string): unknown {
  if (error instanceof UserError || errorCode(error) === undefined) return error;
  const [reason] = messageOf(error).split(',');
  return new UserError(`${file} cannot be written (${reason}); ${outcome}`, { where: file });
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
