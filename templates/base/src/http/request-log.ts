import { randomUUID } from 'node:crypto';
import { pinoHttp } from 'pino-http';
import { logger } from '../lib/logger.js';

/** Anything else that a client sends as an id could forge log lines or grow them without bound. */
const acceptableId = /^[\w.:-]{1,64}$/;

/** One log line per request, and an id that follows the request through logs and answers. */
export const requestLog = pinoHttp({
  logger,
  genReqId(req, res) {
    const given = req.headers['x-request-id'];
    const id = typeof given === 'string' && acceptableId.test(given) ? given : randomUUID();
    res.setHeader('X-Request-Id', id);
    return id;
  },
  autoLogging: { ignore: (req) => req.url?.startsWith('/health/') ?? false },
  customLogLevel(_req, res, error) {
    if (error !== undefined || res.statusCode >= 500) return 'error';
    return res.statusCode >= 400 ? 'warn' : 'info';
  },
  // Headers stay out of the log: they carry credentials.
  serializers: {
    req: ({ id, method, url }) => ({ id, method, url }),
    res: ({ statusCode }) => ({ statusCode }),
  },
});
