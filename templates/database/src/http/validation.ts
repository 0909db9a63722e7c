import type { z } from 'zod';
import { HttpError } from './http-error.js';

/** Throws an `HttpError` 400 that names every field that is wrong. */
export function validate<T extends z.ZodType>(schema: T, input: unknown): z.output<T> {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const fields = result.error.issues.map(({ path, message }) => ({ field: path.join('.'), message }));
  throw new HttpError(400, 'The request is not valid.', fields);
}
