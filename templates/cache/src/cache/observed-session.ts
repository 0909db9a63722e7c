import { encodeInput } from './inputs-read.js';
import type { Place, ReadLog } from './observed-reads.js';

// What express-session's sessions do to their store, or to the cookie that is sent.
const SESSION_METHODS = new Set(['save', 'regenerate', 'destroy', 'reload', 'touch', 'resetMaxAge']);

/** Notices changes of the session: the store's write would be missing when the response comes from the cache. */
export class SessionWatch {
  private readonly log: ReadLog;
  private readonly objects: { readonly place: Place; readonly value: object; readonly before: string }[] = [];

  constructor(log: ReadLog) {
    this.log = log;
  }

  wrote(key: PropertyKey): void {
    this.log.refuse(`writes session.${String(key)}`);
  }

  replaced(): void {
    this.log.refuse('replaces the session');
  }

  used({ path }: Place, value: unknown): void {
    const [root, name] = path;
    if (
      root === 'session' &&
      typeof value === 'function' &&
      name !== undefined &&
      SESSION_METHODS.has(name)
    ) {
      this.log.refuse(`uses session.${name}()`);
    }
  }

  /** Remembers an object of the session, which the chain may change in place. */
  handedOut(place: Place, value: object): void {
    if (place.path[0] !== 'session' || place.path.length < 2) return;
    const before = this.textOf(place, value);
    if (before !== undefined) this.objects.push({ place, value, before });
  }

  /** Compares what was handed out with its content then. */
  check(): void {
    for (const { place, value, before } of this.objects) {
      if (this.textOf(place, value) !== before) this.log.refuse(`changes ${place.path.join('.')} in place`);
    }
  }

  private textOf(place: Place, value: object): string | undefined {
    const { log } = this;
    try {
      const read = { op: 'get', ...place } as const;
      return log.quiet(() => encodeInput(read, value, { records: true, request: log.request }).fingerprint);
    } catch {
      return undefined; // noting the read has refused already
    }
  }
}
