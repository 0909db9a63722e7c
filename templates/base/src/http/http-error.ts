export interface FieldError {
  /** Such as `price` or `tags.0`; empty when the whole input is meant. */
  readonly field: string;
  readonly message: string;
}

/** An error whose message is written for the client. Every other error is answered with 500 and no detail. */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  readonly status: number;
  readonly fields: readonly FieldError[] | undefined;

  constructor(status: number, message: string, fields?: readonly FieldError[]) {
    super(message);
    this.status = status;
    this.fields = fields;
  }
}
