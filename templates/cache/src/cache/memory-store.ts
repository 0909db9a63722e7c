import { randomUUID } from 'node:crypto';
import type { Token } from './contracts.js';
import type { Entry } from './entry.js';
import { FirstTier } from './first-tier.js';
import { type Signature, SignatureTable } from './signatures.js';
import { type Found, type SaveOutcome, SIGNATURE_SHARE, type Store, type StoreState } from './store.js';
import type { Variant, Visit } from './visit.js';

/** The cache of a process on its own: the sequence is a counter, and memory the only tier. */
export class MemoryStore implements Store {
  readonly #memory: FirstTier;
  readonly #signatures: SignatureTable;
  #now: Token = { epoch: randomUUID(), number: 0 };

  constructor(maxBytes: number) {
    this.#memory = new FirstTier(maxBytes);
    this.#memory.trust(this.#now, this.#memory.distrust());
    this.#signatures = new SignatureTable(maxBytes * SIGNATURE_SHARE);
  }

  recall(visit: Visit): Entry | undefined {
    return recall(visit, this.#memory, this.#signatures);
  }

  async find(visit: Visit): Promise<Found> {
    return { token: this.#now, entry: this.recall(visit) };
  }

  async save(variant: Variant, entry: Entry): Promise<SaveOutcome> {
    if (!this.#memory.isCurrent(entry)) return 'invalidated meanwhile';
    this.#signatures.add(variant.route, variant.signature);
    this.#memory.set(variant.key, entry);
    return 'stored';
  }

  async invalidate(tags: readonly string[]): Promise<void> {
    this.#now = { epoch: this.#now.epoch, number: this.#now.number + 1 };
    this.#memory.invalidate(tags, this.#now);
  }

  signatures(route: string): readonly Signature[] {
    return this.#signatures.of(route);
  }

  state(): StoreState {
    return {
      redis: 'not used',
      firstTierTrusted: true,
      firstTierEntries: this.#memory.size,
      firstTierBytes: this.#memory.bytes,
    };
  }

  async close(): Promise<void> {
    this.#memory.distrust();
    this.#signatures.clear();
  }
}

export function recall(visit: Visit, memory: FirstTier, table: SignatureTable): Entry | undefined {
  if (!memory.isTrusted) return undefined;
  for (const signature of table.of(visit.route)) {
    const entry = memory.get(visit.variantKey(signature));
    if (entry !== undefined) return entry;
  }
  return undefined;
}
