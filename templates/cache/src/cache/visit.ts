import { createHash } from 'node:crypto';
import type { Request, Response } from 'express';
import type { ObservedInput } from './contracts.js';
import { fingerprint } from './fingerprint.js';
import { evaluateInput, requestShape } from './observe-request.js';
import { type Signature, signatureOf } from './signatures.js';

/** Where the response of one request belongs: a route, the inputs that were read, and their values as a key. */
export interface Variant {
  readonly route: string;
  readonly signature: Signature;
  readonly key: string;
}

/** One GET or HEAD request as the stores see it: the key of its route, and of its variant under each signature. */
export class Visit {
  readonly route: string;
  readonly #request: Request;
  readonly #response: Response;
  readonly #values = new Map<string, string>();
  readonly #keys = new Map<string, string>();

  constructor(request: Request, response: Response) {
    this.#request = request;
    this.#response = response;
    this.route = routeKey(request, response);
  }

  /** Only valid before the chain runs: it may change what it reads. */
  variantKey(signature: Signature): string {
    const known = this.#keys.get(signature.text);
    if (known !== undefined) return known;
    const values = signature.reads.map(({ text, read }) => {
      const value = this.#values.get(text) ?? evaluateInput(read, this.#request, this.#response);
      this.#values.set(text, value);
      return value;
    });
    const key = digest([this.route, signature.text, ...values]);
    this.#keys.set(signature.text, key);
    return key;
  }

  /** The variant that a run of the chain turned out to be, by what it read. */
  variantOf(inputs: readonly ObservedInput[]): Variant {
    const fingerprints = new Map(inputs.map((input) => [JSON.stringify(input.read), input.fingerprint]));
    const signature = signatureOf(inputs.map(({ read }) => read));
    const values = signature.reads.map(({ text }) => fingerprints.get(text) ?? '');
    return { route: this.route, signature, key: digest([this.route, signature.text, ...values]) };
  }

  /** Requests with equal keys are expected to get the same response. */
  flightKey(signatures: readonly Signature[]): string {
    if (signatures.length === 0) return this.route;
    return signatures.map((signature) => this.variantKey(signature)).join();
  }
}

/** HEAD shares the key of GET: it is answered from the entry of a GET. */
function routeKey(request: Request, response: Response): string {
  const { httpVersion, originalUrl, baseUrl, url, params } = request;
  const shape = requestShape(request, response);
  const named = Object.keys(params).length === 0 ? '' : fingerprint(params);
  return digest(['GET', httpVersion, originalUrl, baseUrl, url, named, shape]);
}

/** JSON keeps the parts apart. */
function digest(parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url');
}
