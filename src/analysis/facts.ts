/** A place in the user's repository. */
export interface Place {
  readonly file: string;
  /** 1-based. */
  readonly line: number;
}

/** A place, and the offsets of the statement around it in the file's text. */
export interface Anchor extends Place {
  readonly start: number;
  readonly end: number;
}

/** Something that a function does, and where that was seen. */
export interface Effect {
  readonly kind: EffectKind;
  /** Such as `User.save()` or `res.cookie(...)`. */
  readonly what: string;
  readonly at: Place;
  /** Of a `denies`: a package decides, by what a response does not tell, such as the expiry of a token or a counter. */
  readonly verifies?: true;
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
  | 'async-local-storage'
  /** Uses a cache of its own. */
  | 'cache'
  /** Emits an event or a socket message. */
  | 'emits';

/** A callee whose effects are not known. */
export interface Unresolved {
  readonly what: string;
  /** It lives in a package; otherwise in the repository, and was not found. */
  readonly external: boolean;
  readonly at: Place;
}

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
  /** True when some callee could not be looked into, so that `effects` may lack something. */
  readonly incomplete: boolean;
  /** Why it is incomplete: a callee of the repository that was not found, or a package's function that is given `req` or `res`. */
  readonly unresolved: readonly Unresolved[];
}

export interface RouteFact {
  readonly method: string;
  /** As declared, such as `/:id`. */
  readonly path: string;
  /** Full paths, one per mount; empty when the mount is not known. */
  readonly fullPaths: readonly string[];
  readonly at: Place;
  /** Where its app or router is created; undefined when it is registered on a parameter that no call binds. */
  readonly router: Place | undefined;
  readonly chain: readonly ChainStep[];
}

/** `app.use(path?, ...)` or `router.use(path?, ...)` of functions, not of routers. */
export interface MiddlewareFact {
  /** What it is mounted at, one per mount of its router; empty when that is not known. */
  readonly fullPaths: readonly string[];
  readonly at: Place;
  /** Where its app or router is created. */
  readonly router: Place;
  readonly steps: readonly ChainStep[];
}

/** Where the Express app is created. */
export interface AppFact extends Anchor {
  /** The variable or property that holds it, such as `app` or `this.app`. */
  readonly name: string | undefined;
}

/** What the analysis found. Data only: no ts-morph types leave `src/analysis`. */
export interface Facts {
  readonly app: AppFact | undefined;
  /** `app.listen(...)` or `server.listen(...)`. */
  readonly listen: Anchor | undefined;
  /** `mongoose.connect(...)`. */
  readonly connect: Anchor | undefined;
  readonly routes: readonly RouteFact[];
  readonly middleware: readonly MiddlewareFact[];
  /** Mounts whose router only running the code would tell, such as `app.use(require(folder + file))`. */
  readonly unknownMounts: readonly { readonly at: Place; readonly text: string }[];
  /** Files that could not be analysed, each with its reason. */
  readonly problems: readonly { readonly at: Place; readonly message: string }[];
}
