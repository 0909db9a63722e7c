import express, { type Express } from 'express';
import helmet from 'helmet';
import { env } from './config/env.js';
import { errorHandler, notFoundHandler } from './http/error-handler.js';
import { type HealthOptions, healthRouter } from './http/health.js';
import { requestLog } from './http/request-log.js';
import { routes } from './routes.js';

export type AppOptions = HealthOptions;

/** The application without a server: what tests talk to. */
export function createApp(options: AppOptions): Express {
  const app = express();
  app.set('trust proxy', env.TRUST_PROXY);
  app.use(requestLog);
  app.use((_req, res, next) => {
    // A client that keeps its connection would otherwise hold on to a process that is about to stop.
    if (options.isDraining()) res.set('Connection', 'close');
    next();
  });
  app.use('/health', healthRouter(options));
  app.use(helmet());
  app.use(express.json({ limit: '100kb' }));
  app.use(routes);
  app.use(notFoundHandler);
  app.use(errorHandler);
  return app;
}
