import { LRUCache } from 'lru-cache';
import type { InputRead } from './contracts.js';

/** Which inputs an earlier run of a route read; the values that a request has for them name its variant. */
export interface Signature {
  /** The same reads give the same text on every instance. */
  readonly text: string;
  readonly reads: readonly { readonly text: string; readonly read: InputRead }[];
}

/** Of a route whose runs read ever different inputs, only the latest signatures are kept. */
export const MOST_SIGNATURES = 16;

/** In one order, whatever the order in which a run that does several things at once came to read them. */
export function signatureOf(reads: readonly InputRead[]): Signature {
  const texts = new Set(reads.map((read) => JSON.stringify(read)));
  return parseSignature(`[${[...texts].sort().join()}]`);
}

/** Throws on text that `signatureOf` did not make. */
export function parseSignature(text: string): Signature {
  const reads = JSON.parse(text) as InputRead[];
  return { text, reads: reads.map((read) => ({ text: JSON.stringify(read), read })) };
}

/** The signatures of the routes that were seen last, by route key; bounded in bytes. */
export class SignatureTable {
  readonly #routes: LRUCache<string, readonly Signature[]>;

  constructor(maxBytes: number) {
    this.#routes = new LRUCache({ maxSize: maxBytes, sizeCalculation: tableSize });
  }

  of(route: string): readonly Signature[] {
    return this.#routes.get(route) ?? [];
  }

  add(route: string, signature: Signature): void {
    const known = this.of(route);
    if (known.some(({ text }) => text === signature.text)) return;
    this.#routes.set(route, [...known, signature].slice(-MOST_SIGNATURES));
  }

  clear(): void {
    this.#routes.clear();
  }
}

function tableSize(signatures: readonly Signature[], route: string): number {
  return signatures.reduce((sum, { text }) => sum + 128 + 4 * text.length, 128 + 2 * route.length);
}
