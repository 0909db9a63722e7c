import type { Invalidator, Token } from './contracts.js';
import type { Entry } from './entry.js';
import type { Signature } from './signatures.js';
import type { Variant, Visit } from './visit.js';

export interface Found {
  /** The position in the sequence when the store was asked: what is computed from now on is at least as new. */
  readonly token: Token;
  readonly entry: Entry | undefined;
}

export type SaveOutcome = 'stored' | 'invalidated meanwhile';

/** Where finished responses are kept, together with the sequence of invalidations that decides which are valid. */
export interface Store extends Invalidator {
  /** A valid entry in the memory of this process. */
  recall(visit: Visit): Entry | undefined;
  /** Rejects when the store cannot be reached: the request then runs as if there were no cache. */
  find(visit: Visit): Promise<Found>;
  /**
   * `entry.token` is the one that `find` gave before the response was computed. An entry that is not shareable has a key
   * that means something to this process only.
   */
  save(variant: Variant, entry: Entry, shareable: boolean): Promise<SaveOutcome>;
  signatures(route: string): readonly Signature[];
  state(): StoreState;
  close(): Promise<void>;
}

export interface StoreState {
  readonly redis: 'not used' | 'connected' | 'unavailable';
  readonly firstTierTrusted: boolean;
  readonly firstTierEntries: number;
  readonly firstTierBytes: number;
}

/** Tables of signatures may take this part of the memory that entries may take. */
export const SIGNATURE_SHARE = 1 / 8;
