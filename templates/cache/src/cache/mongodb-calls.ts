import { AsyncResource } from 'node:async_hooks';

export type Method = (this: object, ...args: unknown[]) => unknown;

/** Runs when a call has succeeded or failed, before its caller learns of it; the caller waits for a promise. */
type Settled = (failed: boolean) => Promise<unknown> | undefined;

/** Replaces those of `names` that `prototype` itself has: drivers differ in what they offer. */
export function replaceMethods(
  prototype: object,
  names: Iterable<string>,
  replacement: (original: Method, name: string) => Method,
): void {
  for (const name of names) {
    const descriptor = Object.getOwnPropertyDescriptor(prototype, name);
    if (typeof descriptor?.value !== 'function') continue;
    const value = replacement(descriptor.value, name);
    Object.defineProperty(value, 'name', { value: descriptor.value.name, configurable: true });
    Object.defineProperty(prototype, name, { ...descriptor, value });
  }
}

/** Drivers before 6 call back in the context of whichever request used the connection last. */
export function bindFunctions(args: readonly unknown[]): unknown[] {
  return args.map((arg) => (typeof arg === 'function' ? AsyncResource.bind(arg as () => void) : arg));
}

/** Calls `original` as its caller did, whether it calls back, returns a promise or throws. */
export function callAndSettle(original: Method, self: object, args: unknown[], settled: Settled): unknown {
  const callback = args.at(-1);
  const calledBack = typeof callback === 'function';
  const passed = calledBack ? [...args.slice(0, -1), afterSettling(callback as Method, settled)] : args;
  let result: unknown;
  try {
    result = original.apply(self, passed);
  } catch (error) {
    settled(true);
    throw error;
  }
  return calledBack || !isPromise(result) ? result : settlePromise(result, settled);
}

function afterSettling(callback: Method, settled: Settled): Method {
  const bound = AsyncResource.bind(callback as () => void) as Method;
  return function (...results) {
    const wait = settled(results[0] !== undefined && results[0] !== null);
    if (!wait) return bound.apply(this, results);
    // Out of the promise, so that an exception of the callback stays an uncaught exception.
    return void wait.then(() => process.nextTick(() => bound.apply(this, results)));
  };
}

function settlePromise(promise: PromiseLike<unknown>, settled: Settled): unknown {
  return promise.then(
    (value) => settled(false)?.then(() => value) ?? value,
    (error) => {
      const wait = settled(true);
      if (!wait) throw error;
      return wait.then(() => {
        throw error;
      });
    },
  );
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | undefined)?.then === 'function';
}
