/** Something the process holds on to while it runs, such as a connection to a database. */
export interface Service {
  readonly name: string;
  /** Whether the process can answer requests without it: an optional service that is down only degrades it. */
  readonly optional: boolean;
  start?(): Promise<void>;
  /** Rejects while the service cannot be used. Without it, the service has no part in readiness. */
  readonly check?: (() => Promise<unknown>) | undefined;
  stop(): Promise<void>;
}

export async function startServices(services: readonly Service[]): Promise<void> {
  for (const service of services) await service.start?.();
}

/** Stops in reverse order. One that fails to stop does not keep the others open; the first failure is thrown at the end. */
export async function stopServices(services: readonly Service[]): Promise<void> {
  const failures: unknown[] = [];
  for (const service of services.toReversed()) {
    await service.stop().catch((error: unknown) => failures.push(error));
  }
  if (failures.length > 0) throw failures[0];
}
