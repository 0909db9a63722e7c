import type { EffectKind } from './facts.js';

/** An effect before its place is known. */
export interface Finding {
  readonly kind: EffectKind;
  readonly what: string;
  readonly verifies?: true;
}
