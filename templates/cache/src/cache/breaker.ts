const PROBE_EVERY_MS = 250;
const FAILURES_TO_OPEN = 5;

/** The remote side is known to be unreachable; nothing was sent. */
export class BreakerOpen extends Error {
  override name = 'BreakerOpen';
}

export class DeadlineExceeded extends Error {
  override name = 'DeadlineExceeded';
}

export interface BreakerOptions {
  readonly deadlineMs: number;
  /** Run from time to time while the breaker is open; it closes when this succeeds. */
  readonly probe: () => Promise<void>;
  readonly onOpen: () => void;
}

/** Stops sending commands to a remote side that does not answer, and starts again by itself when it does. */
export class Breaker {
  readonly #options: BreakerOptions;
  #failures = 0;
  #trips = 0;
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;

  constructor(options: BreakerOptions) {
    this.#options = options;
  }

  get isOpen(): boolean {
    return this.#timer !== undefined;
  }

  /** Rejects with `BreakerOpen`, `DeadlineExceeded` or the error of `command`. */
  async run<T>(command: () => Promise<T>): Promise<T> {
    if (this.isOpen) throw new BreakerOpen('the breaker is open');
    try {
      const value = await withDeadline(command(), this.#options.deadlineMs);
      this.#failures = 0;
      return value;
    } catch (error) {
      if (!isAnswer(error)) this.#countFailure();
      throw error;
    }
  }

  /** Opens at once; a probe that is under way does not close it. */
  trip(): void {
    this.#trips += 1;
    if (this.isOpen) return;
    this.#probeLater();
    this.#options.onOpen();
  }

  /** Stays as it is from now on. */
  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  #countFailure(): void {
    this.#failures += 1;
    if (this.#failures >= FAILURES_TO_OPEN) this.trip();
  }

  #probeLater(): void {
    this.#timer = setTimeout(() => void this.#probe(), PROBE_EVERY_MS).unref();
  }

  async #probe(): Promise<void> {
    const trips = this.#trips;
    const answered = await this.#options.probe().then(
      () => true,
      () => false,
    );
    if (this.#isStopped) return;
    if (answered && trips === this.#trips) {
      this.#failures = 0;
      this.#timer = undefined;
    } else {
      this.#probeLater();
    }
  }
}

/** Redis understood and refused: it is there, so this is no reason to stop asking. */
function isAnswer(error: unknown): boolean {
  return error instanceof Error && error.name === 'ReplyError';
}

/**
 * When this process was too busy to read an answer in time, the answer waits in the socket as the timer fires. One more
 * turn of the event loop reads it, so that a busy process is not taken for a dead Redis.
 */
export function withDeadline<T>(promise: Promise<T>, milliseconds: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = () => reject(new DeadlineExceeded(`no answer within ${milliseconds} ms`));
    const timer = setTimeout(() => setImmediate(late), milliseconds);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
