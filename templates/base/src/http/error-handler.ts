import { STATUS_CODES } from 'node:http';
import type { ErrorRequestHandler, RequestHandler } from 'express';
import { z } from 'zod';
import { type FieldError, HttpError } from './http-error.js';

interface Problem {
  readonly status: number;
  /** For the client. */
  readonly message?: string;
  readonly fields?: readonly FieldError[] | undefined;
}

/** What Express and its body parser throw for a request that the client got wrong. */
const clientError = z.object({
  status: z.number().int().min(400).max(499),
  expose: z.boolean().default(false),
  message: z.string(),
});

export const notFoundHandler: RequestHandler = (req) => {
  throw new HttpError(404, `There is no ${req.method} ${req.path}.`);
};

/** Answers with problem details (RFC 9457). Details of server faults go to the log, never to the client. */
export const errorHandler: ErrorRequestHandler = (error, req, res, next) => {
  if (res.headersSent) {
    next(error);
    return;
  }
  const { status, message, fields } = describe(error);
  if (status >= 500) res.err = error;
  res.status(status).type('application/problem+json').json({
    type: 'about:blank',
    title: STATUS_CODES[status],
    status,
    detail: message,
    errors: fields,
    requestId: req.id,
  });
};

function describe(error: unknown): Problem {
  if (error instanceof HttpError) return error;
  const known = clientError.safeParse(error).data;
  if (known === undefined) return { status: 500 };
  return known.expose ? known : { status: known.status };
}
