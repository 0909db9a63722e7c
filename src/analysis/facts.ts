/** A place in the user's repository. */
export interface Place {
  readonly file: string;
  /** 1-based. */
  readonly line: number;
}

/** Something that a function does, and where that was seen. */
export interface Effect {
  readonly kind: EffectKind;
  /** Such as `User.save()` or `res.cookie(...)`. */
  readonly what: string;
  readonly at: Place;
}

export type EffectKind =
  | 'database-read'
  | 'database-write'
  | 'sets-cookie'
  | 'session-write'
  | 'redirect'
  | 'stream'
  | 'file'
  | 'render'
  | 'json'
  | 'mail'
  | 'external-call'
  | 'clock'
  | 'random'
  | 'identity'
  | 'denies'
  | 'module-state'
  | 'calls-next'
  | 'async-local-storage';

/** One argument of a route registration: a middleware or the handler. */
export interface ChainStep {
  /** Source text as written, on one line. */
  readonly text: string;
  /** Offsets of the argument in the registering file's text. */
  readonly start: number;
  readonly end: number;
  /** Where the function's body is; undefined when it could not be resolved. */
  readonly definition: Place | undefined;
  /** Effects of the body and of what it calls inside the repository. */
  readonly effects: readonly Effect[];
  /** True when some callee inside the repository could not be resolved, so that `effects` may lack something. */
  readonly incomplete: boolean;
}

export interface RouteFact {
  readonly method: string;
  /** As declared, such as `/:id`. */
  readonly path: string;
  /** Full paths, one per mount; empty when the mount is not known. */
  readonly fullPaths: readonly string[];
  readonly at: Place;
  readonly chain: readonly ChainStep[];
}

/** What the analysis found. Data only: no ts-morph types leave `src/analysis`. */
export interface Facts {
  readonly app: Place | undefined;
  readonly routes: readonly RouteFact[];
  /** Files that could not be analysed, each with its reason. */
  readonly problems: readonly { readonly at: Place; readonly message: string }[];
}
