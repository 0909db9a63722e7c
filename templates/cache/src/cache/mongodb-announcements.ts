interface Calls {
  /** Announced and not settled. */
  open: number;
  /** Of those, how many have not yet been seen on the wire. */
  unseen: number;
}

/**
 * Reads that an entry point attributed to a request and that the wire is about to see. An announcement excuses one
 * command on its namespace. A cursor announces when it sends its first batch, not when it is created, so one that is
 * never iterated announces nothing; and what a settled call did not send excuses nothing any more. Numbers suffice:
 * which of two calls on a namespace a command belongs to does not matter while both are attributed.
 */
export class Announcements {
  readonly #calls = new Map<string, Calls>();

  /** Returns the function to call, at least once, when the call has settled. */
  announce(namespace: string): () => void {
    const calls = this.#calls.get(namespace) ?? { open: 0, unseen: 0 };
    this.#calls.set(namespace, calls);
    calls.open += 1;
    calls.unseen += 1;
    let settled = false;
    return () => {
      if (!settled) this.#settle(namespace, calls);
      settled = true;
    };
  }

  /** Whether a command that the wire sees was announced. */
  claim(namespace: string): boolean {
    const calls = this.#calls.get(namespace);
    if (!calls || calls.unseen === 0) return false;
    calls.unseen -= 1;
    return true;
  }

  #settle(namespace: string, calls: Calls): void {
    calls.open -= 1;
    calls.unseen = Math.min(calls.unseen, calls.open);
    if (calls.open === 0) this.#calls.delete(namespace);
  }
}
