import type { ServerResponse } from 'node:http';
import type { CapturedResponse, HeaderField } from './entry.js';
import {
  type HeaderSnapshot,
  headersRemovedSince,
  headersSetSince,
  snapshotHeaders,
} from './response-headers.js';

/** Status and headers at the moment when the chain has decided on them. */
export interface ResponseHead extends Omit<CapturedResponse, 'body'> {
  /** All headers that are sent, those of earlier middleware included, except cookies that the chain did not set. */
  readonly sent: readonly HeaderField[];
}

export type CaptureResult =
  | { readonly head: ResponseHead; readonly body: Buffer }
  | { readonly refusal: string };

export interface CaptureWatcher {
  /** A larger body is passed on and not kept. */
  readonly maxBytes: number;
  /** Runs work of the cache, or of what lies in front of it, that is no part of the chain. */
  quiet<T>(run: () => T): T;
  /** Before the first byte leaves; may change headers. True: answer 304 without a body instead. */
  onHead(head: ResponseHead): boolean;
  /** Once, before the end is passed on, or when the connection closed without one. `refusal`: there is no body to keep. */
  onEnd(result: CaptureResult): void;
}

const METHODS = ['write', 'end', 'writeHead'] as const;

/** Overloads of these methods do not matter here. */
type Methods = Record<(typeof METHODS)[number], (...values: unknown[]) => unknown>;
type Target = Omit<ServerResponse, keyof Methods> & Methods & ServerResponse;

/**
 * Sees what the chain sends, byte for byte, while it is passed on. Methods that were wrapped before the cache (compression,
 * sessions) come after it: they see the response as they would without a cache.
 */
export class ResponseCapture {
  readonly #response: Target;
  readonly #watcher: CaptureWatcher;
  readonly #before: HeaderSnapshot;
  readonly #inner: Methods;
  readonly #outer: Methods;
  readonly #inherited: readonly (keyof Methods)[];
  #chunks: Buffer[] = [];
  #size = 0;
  #head: ResponseHead | undefined;
  #notModified = false;
  #refusal: string | undefined;
  #ended = false;

  constructor(response: ServerResponse, watcher: CaptureWatcher) {
    this.#response = response as unknown as Target;
    this.#watcher = watcher;
    this.#before = watcher.quiet(() => snapshotHeaders(response));
    const { write, end, writeHead } = this.#response;
    this.#inner = { write, end, writeHead };
    this.#inherited = METHODS.filter((name) => !Object.hasOwn(response, name));
    this.#outer = {
      write: (...values) => this.#write(values),
      end: (...values) => this.#end(values),
      writeHead: (...values) => this.#writeHead(values),
    };
    watcher.quiet(() => Object.assign(response, this.#outer));
    response.once('close', () => this.#abort());
  }

  /** Keeps nothing of the body from now on. */
  refuse(reason: string): void {
    this.#refusal ??= reason;
    this.#chunks = [];
  }

  #abort(): void {
    if (!this.#ended) this.refuse('aborted');
    this.#finish();
  }

  #writeHead([status, ...rest]: unknown[]): unknown {
    if (this.#head !== undefined) return this.#pass('writeHead', [status, ...rest]);
    this.#response.statusCode = Number(status);
    const message = typeof rest[0] === 'string' ? rest[0] : undefined;
    if (message !== undefined) this.#response.statusMessage = message;
    this.#setHeaders(message === undefined ? (rest[0] ?? rest[1]) : rest[1]);
    this.#decideHead();
    return this.#pass('writeHead', [this.#response.statusCode]);
  }

  /** As Node does when headers were set before; here, so that they can be seen. */
  #setHeaders(headers: unknown): void {
    if (headers === null || typeof headers !== 'object') return;
    const pairs = Array.isArray(headers) ? pairsOf(headers) : Object.entries(headers);
    this.#watcher.quiet(() => {
      for (const [name] of pairs) this.#response.removeHeader(name);
      for (const [name, value] of pairs) {
        if (Array.isArray(headers)) this.#response.appendHeader(name, value);
        else if (value !== undefined) this.#response.setHeader(name, value);
      }
    });
  }

  #write(values: unknown[]): unknown {
    if (this.#head === undefined) this.#decideHead();
    this.#keep(values);
    if (!this.#notModified) return this.#pass('write', values);
    const callback = values.find((value) => typeof value === 'function');
    if (callback !== undefined) process.nextTick(callback);
    return true;
  }

  #end(values: unknown[]): unknown {
    if (this.#ended) return this.#pass('end', values);
    const isHeadOpen = this.#head === undefined;
    this.#head ??= this.#readHead();
    this.#keep(values);
    this.#finish();
    if (isHeadOpen) this.#decide(this.#head);
    return this.#pass(
      'end',
      this.#notModified ? values.filter((value) => typeof value === 'function') : values,
    );
  }

  #decideHead(): void {
    this.#head = this.#readHead();
    this.#decide(this.#head);
  }

  #readHead(): ResponseHead {
    return this.#watcher.quiet(() => {
      const after = snapshotHeaders(this.#response);
      const headers = headersSetSince(this.#before, after);
      const fields = [...after.values()];
      return {
        status: this.#response.statusCode,
        statusMessage: this.#response.statusMessage || undefined,
        headers,
        removedHeaders: headersRemovedSince(this.#before, after),
        sent: fields.filter((field) => field[0].toLowerCase() !== 'set-cookie' || headers.includes(field)),
      };
    });
  }

  #decide(head: ResponseHead): void {
    this.#watcher.quiet(() => {
      this.#notModified = this.#watcher.onHead(head);
      if (this.#notModified) becomeNotModified(this.#response);
    });
  }

  #finish(): void {
    if (this.#ended) return;
    this.#ended = true;
    const isReplaced = this.#response.writeHead !== this.#outer.writeHead;
    if (isReplaced) this.refuse('headers are changed as they leave');
    this.#restore();
    const body = Buffer.concat(this.#chunks);
    if (this.#refusal !== undefined) this.#watcher.onEnd({ refusal: this.#refusal });
    else if (this.#head !== undefined) this.#watcher.onEnd({ head: this.#head, body });
    this.#chunks = [];
  }

  /** What was wrapped again inside of the chain stays as it is: it leads to the inner methods through this object. */
  #restore(): void {
    this.#watcher.quiet(() => {
      for (const name of METHODS) {
        if (this.#response[name] !== this.#outer[name]) continue;
        if (this.#inherited.includes(name)) Reflect.deleteProperty(this.#response, name);
        else Object.assign(this.#response, { [name]: this.#inner[name] });
      }
    });
  }

  #pass(method: keyof Methods, values: unknown[]): unknown {
    return this.#watcher.quiet(() => this.#inner[method].apply(this.#response, values));
  }

  #keep([chunk, encoding]: unknown[]): void {
    if (this.#refusal !== undefined) return;
    const bytes = bytesOf(chunk, encoding);
    if (bytes === undefined) return;
    this.#size += bytes.length;
    this.#chunks.push(bytes);
    if (this.#size > this.#watcher.maxBytes) this.refuse('body over the limit');
  }
}

export function becomeNotModified(response: ServerResponse): void {
  response.statusCode = 304;
  for (const name of ['Content-Type', 'Content-Length', 'Transfer-Encoding']) response.removeHeader(name);
}

function bytesOf(chunk: unknown, encoding: unknown): Buffer | undefined {
  if (typeof chunk === 'string') {
    return Buffer.from(chunk, typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8');
  }
  return chunk instanceof Uint8Array ? Buffer.from(chunk) : undefined;
}

function pairsOf(headers: readonly unknown[]): [string, string][] {
  const flat = headers.flat();
  return flat.flatMap((name, at): [string, string][] =>
    at % 2 === 0 ? [[String(name), String(flat[at + 1])]] : [],
  );
}
