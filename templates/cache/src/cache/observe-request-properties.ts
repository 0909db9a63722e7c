import { unwrap } from './observed-proxies.js';
import { placeOf } from './observed-reads.js';
import { type ObservedRequest, observeValue } from './observed-values.js';

/** Turns an own property of `req` or `res` into accessors that note what is read, until the observation stops. */
export function observeProperty(
  observed: ObservedRequest,
  on: 'req' | 'res',
  host: object,
  key: PropertyKey,
): void {
  const place = placeOf(observed.log, { on, path: [] }, key);
  const before = Object.getOwnPropertyDescriptor(host, key);
  if (place === undefined || before === undefined) return;
  if (!before.configurable) {
    observed.log.note({ op: 'get', ...place }, (host as Record<PropertyKey, unknown>)[key]);
    return;
  }
  const view = (value: unknown): unknown => observeValue(observed, place, value);
  const onWrite = key === 'session' ? () => observed.session.replaced() : () => {};
  observed.undo.push(
    'value' in before ? watchData(host, key, view, onWrite) : watchAccessor(host, key, view, onWrite),
  );
}

/** Both return the function that puts the property back, unless the chain defined another in its place. */
function watchData(
  host: object,
  key: PropertyKey,
  view: (value: unknown) => unknown,
  onWrite: () => void,
): () => void {
  const before = Object.getOwnPropertyDescriptor(host, key) as PropertyDescriptor;
  let current = before.value as unknown;
  let isWritten = false;
  const get = (): unknown => (isWritten ? current : view(current));
  const set = (value: unknown): void => {
    onWrite();
    isWritten = true;
    current = unwrap(value);
  };
  Object.defineProperty(host, key, { configurable: true, enumerable: before.enumerable === true, get, set });
  return () => restore(host, key, get, { ...before, value: current });
}

function watchAccessor(
  host: object,
  key: PropertyKey,
  view: (value: unknown) => unknown,
  onWrite: () => void,
): () => void {
  const before = Object.getOwnPropertyDescriptor(host, key) as PropertyDescriptor;
  let isWritten = false;
  const get = function (this: unknown): unknown {
    const value = before.get?.call(this) as unknown;
    return isWritten ? value : view(value);
  };
  const set = function (this: unknown, value: unknown): void {
    onWrite();
    isWritten = true;
    before.set?.call(this, unwrap(value));
  };
  const accessors = before.set === undefined ? { get } : { get, set };
  Object.defineProperty(host, key, {
    configurable: true,
    enumerable: before.enumerable === true,
    ...accessors,
  });
  return () => restore(host, key, get, before);
}

function restore(host: object, key: PropertyKey, get: unknown, before: PropertyDescriptor): void {
  if (Object.getOwnPropertyDescriptor(host, key)?.get === get) Object.defineProperty(host, key, before);
}
