import type { Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Service, stopServices } from '../services/service.js';
import { withDeadline } from './deadline.js';
import { logger } from './logger.js';

/** Requests and services get this long to finish; after that the process ends anyway. */
const SHUTDOWN_TIMEOUT_MS = 10_000;

export interface ShutdownOptions {
  readonly server: Server;
  readonly services: readonly Service[];
  /** Time in which requests are still accepted, in milliseconds. */
  readonly drainMs: number;
  /** Called at once: readiness goes down and answers ask clients to reconnect elsewhere. */
  readonly onDrain: () => void;
}

/** Stops the process on SIGTERM or SIGINT without losing a request. */
export function shutdownOnSignal(options: ShutdownOptions): void {
  let stopping = false;
  const onSignal = (signal: NodeJS.Signals) => {
    // npm and tsx pass on a Ctrl-C that the terminal has sent to every process already.
    if (stopping) return;
    stopping = true;
    logger.info(`${signal}: shutting down`);
    options.onDrain();
    withDeadline(shutDown(options), options.drainMs + SHUTDOWN_TIMEOUT_MS, 'shutting down').then(
      () => process.exit(0),
      (error: unknown) => {
        logger.error({ err: error }, 'shutdown was not clean');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
}

async function shutDown({ server, services, drainMs }: ShutdownOptions): Promise<void> {
  if (server.listening) {
    await sleep(drainMs);
    await closeServer(server);
  }
  await stopServices(services);
}

/** Resolves when the last request is answered. */
function closeServer(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => (error === undefined ? resolve() : reject(error)));
    server.closeIdleConnections();
  });
}
