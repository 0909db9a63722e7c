import { createHash } from 'node:crypto';
import { types } from 'node:util';
import { documentState, isDocument } from './document.js';
import { assignNumber, hasHiddenState, isPlainObject, numberOf } from './fingerprint-identity.js';
import { observedProxy } from './observed-proxies.js';

const MAX_DEPTH = 40;
/** Nodes, and blocks of 64 characters, that one fingerprint may walk: about a millisecond. */
const MAX_WORK = 10_000;

/** A value that must not be part of a key: too large, too deep, or a symbol that no other process knows. */
export class UnfingerprintableError extends Error {}

/** The canonical text of a primitive, undefined for objects and functions. */
export function encodePrimitive(value: unknown): string | undefined {
  switch (typeof value) {
    case 'string':
      return `s${value.length}:${value}`;
    case 'number':
      return `d${Object.is(value, -0) ? '-0' : value};`;
    case 'boolean':
      return value ? 't' : 'f';
    case 'undefined':
      return 'u';
    case 'bigint':
      return `b${value};`;
    default:
      return value === null ? 'n' : undefined;
  }
}

/**
 * Writes a value as canonical text: two values with the same text cannot be told apart by code that looks at them.
 * What cannot be looked into (functions, streams, hidden state) is written as its number in this process.
 */
export class Encoder {
  /** Whether the text holds a number that means something else in another process. */
  local = false;
  /** The first thing that was never seen before this value: it can never match again. */
  firstSeen: string | undefined;
  private work = 0;
  private readonly stack: object[] = [];
  private readonly assigns: boolean;
  private readonly request: object | undefined;

  /**
   * `assigns`: numbers what has no number yet. Only recording does; comparing must leave no trace.
   * `within`: the observed document that the value is a part of; references back to it are not followed.
   */
  constructor(assigns: boolean, request?: object, within?: object) {
    this.assigns = assigns;
    this.request = request;
    if (within !== undefined) this.stack.push(within);
  }

  encode(value: unknown): string {
    this.spend(typeof value === 'string' ? 1 + (value.length >> 6) : 1);
    const primitive = encodePrimitive(value);
    if (primitive !== undefined) return primitive;
    if (typeof value === 'function') return this.identity(value, 'function');
    if (typeof value === 'symbol') return this.symbol(value);
    return this.object(this.behindProxy(value as object));
  }

  /** The own properties, or with `enumerableOnly` those that a copy of the object gets. */
  properties(value: object, enumerableOnly = false): string {
    let text = '{';
    this.stack.push(value);
    for (const key of Reflect.ownKeys(value)) {
      if (enumerableOnly && !Object.prototype.propertyIsEnumerable.call(value, key)) continue;
      text += this.encode(key) + this.encode((value as Record<PropertyKey, unknown>)[key]);
    }
    this.stack.pop();
    return `${text}}`;
  }

  identity(value: object, what: string): string {
    if (this.assigns && numberOf(value) === undefined) this.firstSeen ??= `${what} ${nameOf(value)}`.trim();
    return this.number(value);
  }

  /** Prototypes are numbered like anything opaque, but a new class is not a value of this request. */
  prototype(value: object): string {
    return this.number(Object.getPrototypeOf(value) as object);
  }

  private number(value: object): string {
    this.local = true;
    const number = numberOf(value) ?? (this.assigns ? assignNumber(value) : undefined);
    if (number === undefined) throw new UnfingerprintableError('a value that was never seen before');
    return `@${number};`;
  }

  private symbol(value: symbol): string {
    const shared = Symbol.keyFor(value);
    if (shared === undefined) throw new UnfingerprintableError('a symbol');
    return `y${shared.length}:${shared}`;
  }

  private behindProxy(value: object): object {
    const observed = observedProxy(value);
    if (observed === undefined) return value;
    if (observed.request === this.request) observed.readWhole();
    return observed.raw;
  }

  private object(value: object): string {
    const ancestor = this.stack.indexOf(value);
    if (ancestor >= 0) return `^${ancestor};`;
    if (this.stack.length > MAX_DEPTH) throw new UnfingerprintableError('a value that is nested too deeply');
    if (Array.isArray(value)) return this.items(`a${value.length}`, value, value);
    if (isPlainObject(value))
      return (Object.getPrototypeOf(value) === null ? 'N' : 'o') + this.properties(value);
    return this.builtIn(value) ?? this.instance(value);
  }

  private builtIn(value: object): string | undefined {
    const bson = (value as { _bsontype?: unknown })._bsontype;
    if (bson !== undefined) return this.bson(String(bson), value);
    if (types.isDate(value)) return `D${value.getTime()};${this.extras(value)}`;
    if (ArrayBuffer.isView(value)) return this.bytes(value);
    if (types.isMap(value))
      return this.items(`m${value.size}`, value, [...value].flat(1)) + this.extras(value);
    if (types.isSet(value)) return this.items(`S${value.size}`, value, [...value]) + this.extras(value);
    if (types.isRegExp(value)) return `R${this.encode(String(value))}${value.lastIndex};`;
    if (value instanceof URL) return `U${this.encode(value.href)}`;
    return undefined;
  }

  private instance(value: object): string {
    if (isDocument(value)) return this.document(value);
    if (isOpaque(value) || hasHiddenState(Object.getPrototypeOf(value) as object)) {
      return this.identity(value, 'object');
    }
    return `c${this.prototype(value)}${this.properties(value)}`;
  }

  private document(value: Parameters<typeof documentState>[0]): string {
    this.stack.push(value);
    const text = documentState(value, this) + this.encode(value._doc);
    this.stack.pop();
    return text;
  }

  private bson(type: string, value: object): string {
    const { toHexString } = value as { toHexString?: () => string };
    const isObjectId = type === 'ObjectId' || type === 'ObjectID';
    return isObjectId && toHexString ? `O${toHexString.call(value)}` : `B${type}${this.properties(value)}`;
  }

  private bytes(view: ArrayBufferView): string {
    const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
    this.spend(view.byteLength >> 10);
    const type = Object.prototype.toString.call(view);
    return `V${type}${Buffer.isBuffer(view)}${view.byteLength}:${createHash('sha256').update(bytes).digest('base64')}`;
  }

  private items(text: string, owner: object, items: readonly unknown[]): string {
    this.stack.push(owner);
    let all = `${text}[`;
    for (let index = 0; index < items.length; index += 1) all += this.encode(items[index]);
    this.stack.pop();
    return `${all}]`;
  }

  // Mongoose's Map keeps its bookkeeping in own properties that begin with a dollar sign.
  private extras(value: object): string {
    const keys = Object.keys(value).filter((key) => !key.startsWith('$'));
    return keys
      .map((key) => this.encode(key) + this.encode((value as Record<string, unknown>)[key]))
      .join('');
  }

  private spend(work: number): void {
    this.work += work;
    if (this.work > MAX_WORK) throw new UnfingerprintableError('a value that is too large');
  }
}

function isOpaque(value: object): boolean {
  const like = value as { on?: unknown; pipe?: unknown; _handle?: unknown };
  return (
    types.isProxy(value) ||
    types.isPromise(value) ||
    types.isExternal(value) ||
    types.isWeakMap(value) ||
    types.isWeakSet(value) ||
    types.isAnyArrayBuffer(value) ||
    types.isGeneratorObject(value) ||
    typeof like.on === 'function' ||
    typeof like.pipe === 'function' ||
    like._handle !== undefined
  );
}

function nameOf(value: object): string {
  if (typeof value === 'function') return value.name;
  const type: unknown = value.constructor;
  return typeof type === 'function' ? type.name : '';
}
