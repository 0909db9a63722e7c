import { Router } from 'express';
import { withDeadline } from '../lib/deadline.js';
import type { Service } from '../services/service.js';

const CHECK_TIMEOUT_MS = 2000;

export interface HealthOptions {
  readonly services: readonly Service[];
  readonly isDraining: () => boolean;
}

/**
 * `/live` says that the process runs; `/ready` whether it should get traffic. Only a required service that is down, or a
 * shutdown, makes it not ready.
 */
export function healthRouter({ services, isDraining }: HealthOptions): Router {
  const router = Router();
  router.use((_req, res, next) => {
    res.set('Cache-Control', 'no-store');
    next();
  });
  router.get('/live', (_req, res) => {
    res.json({ status: 'ok' });
  });
  router.get('/ready', async (_req, res) => {
    const checked = services.filter(({ check }) => check !== undefined);
    const states = await Promise.all(checked.map(async (service) => ({ service, up: await isUp(service) })));
    const unavailable = isDraining() || states.some(({ service, up }) => !up && !service.optional);
    const degraded = states.some(({ up }) => !up);
    res.status(unavailable ? 503 : 200).json({
      status: unavailable ? 'unavailable' : degraded ? 'degraded' : 'ready',
      services: Object.fromEntries(states.map(({ service, up }) => [service.name, up ? 'up' : 'down'])),
    });
  });
  return router;
}

async function isUp(service: Service): Promise<boolean> {
  const check = Promise.resolve(service.check?.());
  return withDeadline(check, CHECK_TIMEOUT_MS, service.name).then(
    () => true,
    () => false,
  );
}
