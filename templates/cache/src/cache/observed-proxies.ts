/** What stands behind a Proxy that an observation handed out. */
export interface ObservedProxy {
  readonly raw: object;
  /** The request whose reads the Proxy records; undefined for state of the process. */
  readonly request: object | undefined;
  /** Records that everything behind the Proxy was read. */
  readWhole(): void;
}

const proxies = new WeakMap<object, ObservedProxy>();

export function registerProxy(proxy: object, observed: ObservedProxy): void {
  proxies.set(proxy, observed);
}

export function observedProxy(value: object): ObservedProxy | undefined {
  return proxies.get(value);
}

/** The application's own object behind a Proxy of ours; any other value unchanged. */
export function unwrap<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  return (proxies.get(value)?.raw as T | undefined) ?? value;
}
