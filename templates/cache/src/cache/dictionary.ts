import { hasOwn } from './fingerprint-identity.js';
import { isHiddenEntry } from './inputs-read.js';
import { OBSERVED, type ObservedProxy, unwrap } from './observed-proxies.js';
import { type Place, placeOf, type ReadLog } from './observed-reads.js';

type Entries = Record<PropertyKey, unknown>;

export interface EntriesOptions {
  /** What the chain gets to see of an entry, after noting that it was read. */
  readonly view: (place: Place, value: unknown) => unknown;
  /** Called before the chain changes an entry. */
  readonly onWrite?: ((key: PropertyKey) => void) | undefined;
  /** The document whose fields the entries are. */
  readonly within?: object | undefined;
}

/** A Proxy that notes every entry that is read; entries that the chain wrote are no inputs. */
export function observeEntries(log: ReadLog, place: Place, target: object, options: EntriesOptions): object {
  const known = log.proxies.get(target);
  if (known !== undefined) return known;
  const handler = new EntriesHandler(log, place, target as Entries, options);
  const proxy = new Proxy(target as Entries, handler);
  log.proxies.set(target, proxy);
  handler.self = { proxy, raw: target, request: log.request, readWhole: () => handler.readWhole() };
  return proxy;
}

class EntriesHandler implements ProxyHandler<Entries> {
  self: ObservedProxy | undefined;
  private readonly log: ReadLog;
  private readonly place: Place;
  private readonly target: Entries;
  private readonly options: EntriesOptions;
  private readonly written = new Set<PropertyKey>();
  private beforeWrites: Entries | undefined;
  private wasReadWhole = false;

  constructor(log: ReadLog, place: Place, target: Entries, options: EntriesOptions) {
    this.log = log;
    this.place = place;
    this.target = target;
    this.options = options;
  }

  readWhole(): void {
    if (!this.log.observing || this.wasReadWhole) return;
    this.wasReadWhole = true;
    this.log.note({ op: 'get', ...this.place }, this.beforeWrites ?? this.target, this.options.within);
  }

  get(target: Entries, key: PropertyKey, receiver: unknown): unknown {
    if (key === OBSERVED) return this.self;
    if (this.isHidden(key)) return undefined;
    const value = Reflect.get(target, key, receiver) as unknown;
    if (this.isUnobserved(target, key, value)) return value;
    const place = placeOf(this.log, this.place, key);
    return place === undefined ? value : this.options.view(place, value);
  }

  has(target: Entries, key: PropertyKey): boolean {
    if (this.isHidden(key)) return false;
    const present = Reflect.has(target, key);
    if (this.log.observing && !this.written.has(key)) this.note('has', key, present);
    return present;
  }

  ownKeys(target: Entries): ArrayLike<string | symbol> {
    this.readWhole();
    return Reflect.ownKeys(target).filter((key) => !this.isHidden(key));
  }

  getOwnPropertyDescriptor(target: Entries, key: PropertyKey): PropertyDescriptor | undefined {
    if (this.isHidden(key)) return undefined;
    const descriptor = Reflect.getOwnPropertyDescriptor(target, key);
    if (!this.log.observing || this.written.has(key) || this.wasReadWhole) return descriptor;
    if (descriptor === undefined) this.note('has', key, key in target);
    else this.note('get', key, target[key]);
    return descriptor;
  }

  set(target: Entries, key: PropertyKey, value: unknown, receiver: unknown): boolean {
    this.beforeWrite(key);
    const isOwn = this.self?.proxy === receiver;
    return Reflect.set(target, key, unwrap(value), isOwn ? target : receiver);
  }

  defineProperty(target: Entries, key: PropertyKey, descriptor: PropertyDescriptor): boolean {
    this.beforeWrite(key);
    return Reflect.defineProperty(target, key, descriptor);
  }

  deleteProperty(target: Entries, key: PropertyKey): boolean {
    this.beforeWrite(key);
    return Reflect.deleteProperty(target, key);
  }

  private note(op: 'get' | 'has', key: PropertyKey, value: unknown): void {
    const place = placeOf(this.log, this.place, key);
    if (place !== undefined) this.log.note({ op, ...place }, value, this.options.within);
  }

  /** Methods that the object inherits are code; whole reads and writes settled the rest. */
  private isUnobserved(target: Entries, key: PropertyKey, value: unknown): boolean {
    if (!this.log.observing || this.written.has(key)) return true;
    const isOwn = hasOwn(target, key);
    return !isOwn && (typeof key === 'symbol' || typeof value === 'function' || key === '__proto__');
  }

  private isHidden(key: PropertyKey): boolean {
    return this.log.observing && isHiddenEntry(this.place.path, key);
  }

  private beforeWrite(key: PropertyKey): void {
    if (!this.log.observing) return;
    this.options.onWrite?.(key);
    this.beforeWrites ??= copyOf(this.target);
    this.written.add(key);
  }
}

function copyOf(target: Entries): Entries {
  return Object.create(
    Object.getPrototypeOf(target) as object | null,
    Object.getOwnPropertyDescriptors(target),
  ) as Entries;
}
