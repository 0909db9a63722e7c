const numbers = new WeakMap<object, number>();
let lastNumber = 0;

/** The number of an object in this process, or undefined when it was never numbered. */
export function numberOf(value: object): number | undefined {
  return numbers.get(value);
}

export function assignNumber(value: object): number {
  lastNumber += 1;
  numbers.set(value, lastNumber);
  return lastNumber;
}

const symbols = new Map<string, symbol>();
const symbolNames = new Map<symbol, string>();
const SYMBOL_LIMIT = 1000;
const LOCAL_SYMBOL = '\u0000symbol:';
const SHARED_SYMBOL = '\u0000symbol.for:';

/** The name of a property key in an `InputRead`, or undefined when the process already named too many symbols. */
export function nameOfKey(key: PropertyKey): string | undefined {
  if (typeof key !== 'symbol') return String(key);
  const shared = Symbol.keyFor(key);
  if (shared !== undefined) return SHARED_SYMBOL + shared;
  const known = symbolNames.get(key);
  if (known !== undefined || symbols.size >= SYMBOL_LIMIT) return known;
  const name = `${LOCAL_SYMBOL}${symbols.size}:${String(key.description)}`;
  symbols.set(name, key);
  symbolNames.set(key, name);
  return name;
}

export function keyOfName(name: string): PropertyKey {
  if (!name.startsWith('\u0000symbol')) return name;
  if (name.startsWith(SHARED_SYMBOL)) return Symbol.for(name.slice(SHARED_SYMBOL.length));
  return symbols.get(name) ?? name;
}

/** Whether another process would resolve the name to something else. */
export function isProcessLocalName(name: string): boolean {
  return name.startsWith(LOCAL_SYMBOL);
}

// What compilers turn `#private` into, and native classes: state that no walk over properties can see.
const HIDDEN_STATE = /#[A-Za-z_$]|WeakMap|WeakSet|rivateField|__private|\[native code\]/;
const hiddenStateOf = new WeakMap<object, boolean>();

/** Whether instances with this prototype may hold state that their properties do not show. */
export function hasHiddenState(prototype: object | null): boolean {
  if (prototype === null || prototype === Object.prototype) return false;
  let hidden = hiddenStateOf.get(prototype);
  if (hidden === undefined) {
    hidden =
      mentionsHiddenState(prototype) || hasHiddenState(Object.getPrototypeOf(prototype) as object | null);
    hiddenStateOf.set(prototype, hidden);
  }
  return hidden;
}

function mentionsHiddenState(prototype: object): boolean {
  return Object.values(Object.getOwnPropertyDescriptors(prototype)).some(({ value, get, set }) =>
    [value as unknown, get, set].some(
      (code) => typeof code === 'function' && HIDDEN_STATE.test(Function.prototype.toString.call(code)),
    ),
  );
}

const LOGGER_METHODS = ['info', 'warn', 'error', 'debug', 'child'] as const;

/** Loggers (pino, winston, bunyan) take values in and give nothing of the request back: reading one is no input. */
export function isLogger(value: object): boolean {
  const methods = value as Record<string, unknown>;
  return LOGGER_METHODS.every((name) => typeof methods[name] === 'function');
}

export function isPlainObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

const ownProperty = Object.prototype.hasOwnProperty;

/** `Object.hasOwn`, which the oldest supported libraries do not declare. */
export function hasOwn(object: object, key: PropertyKey): boolean {
  return ownProperty.call(object, key);
}
