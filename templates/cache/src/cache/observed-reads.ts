import type { InputRead, ObservedInput } from './contracts.js';
import { UnfingerprintableError } from './fingerprint-encode.js';
import { nameOfKey } from './fingerprint-identity.js';
import { encodeInput } from './inputs-read.js';

/** Where an observed object hangs: the host, and the names that lead to it. */
export interface Place {
  readonly on: 'req' | 'res';
  readonly path: readonly string[];
}

/** The inputs that the chain of one request was seen to read. */
export class ReadLog {
  uncacheable: string | undefined;
  shareable = true;
  /** The Proxy that was handed out for an object, so that reading twice gives the same one. */
  readonly proxies = new Map<object, object>();
  /** Names of `req` whose inherited value the chain replaced. */
  readonly overwritten = new Set<string>();
  readonly request: object;
  private pauses = 0;
  private readonly reads = new Map<string, ObservedInput>();

  constructor(request: object) {
    this.request = request;
  }

  get observing(): boolean {
    return this.pauses === 0;
  }

  /** Runs code whose reads are no inputs of the response. */
  quiet<T>(run: () => T): T {
    this.pauses += 1;
    try {
      return run();
    } finally {
      this.pauses -= 1;
    }
  }

  close(): void {
    this.pauses = Number.POSITIVE_INFINITY;
  }

  refuse(reason: string): void {
    if (this.observing) this.uncacheable ??= reason;
  }

  /** Records that the chain read `value`. `within`: the observed document that the value is a part of. */
  note(read: InputRead, value: unknown, within?: object): void {
    if (!this.observing || this.uncacheable !== undefined) return;
    if (read.args?.flat().some((arg) => typeof arg !== 'string' && typeof arg !== 'boolean')) {
      this.refuse(`calls ${describe(read)}() with an argument that cannot be repeated`);
      return;
    }
    const key = keyOf(read);
    if (this.reads.has(key) || this.isCovered(read)) return;
    this.quiet(() => this.record(key, read, value, within));
  }

  /** In one order for every order of reading, without reads that a read of the whole object includes. */
  inputs(): readonly ObservedInput[] {
    return [...this.reads]
      .filter(([, { read }]) => !this.isCovered(read))
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([, input]) => input);
  }

  private record(key: string, read: InputRead, value: unknown, within: object | undefined): void {
    try {
      const input = encodeInput(read, value, { records: true, request: this.request, within });
      this.reads.set(key, { read, fingerprint: input.fingerprint });
      if (input.local) this.shareable = false;
      if (input.firstSeen !== undefined) {
        this.uncacheable ??= `reads ${describe(read)}: ${input.firstSeen}, made for this request`;
      }
    } catch (error) {
      const reason = error instanceof UnfingerprintableError ? error.message : 'a value that cannot be read';
      this.uncacheable ??= `reads ${describe(read)}: ${reason}`;
    }
  }

  private isCovered({ on, path, op }: InputRead): boolean {
    if (op === 'call' || op === 'response-header') return false;
    if (op !== 'get' && this.reads.has(keyOf({ op: 'get', on, path }))) return true;
    for (let length = path.length - 1; length > 0; length -= 1) {
      if (this.reads.has(keyOf({ op: 'get', on, path: path.slice(0, length) }))) return true;
    }
    return false;
  }
}

/** The place of an entry of the object at `place`, or undefined (and a refusal) for a key without a name. */
export function placeOf(log: ReadLog, { on, path }: Place, key: PropertyKey): Place | undefined {
  const name = nameOfKey(key);
  if (name !== undefined) return { on, path: [...path, name] };
  log.refuse('reads a symbol property');
  return undefined;
}

function keyOf({ op, on, path, args }: InputRead): string {
  const key = `${on} ${path.join('\u0000')} ${op}`;
  return args === undefined ? key : `${key} ${JSON.stringify(args)}`;
}

function describe({ on, path }: InputRead): string {
  return `${on}.${path.join('.')}`.replace(/[^\x20-\x7e]/g, '');
}
