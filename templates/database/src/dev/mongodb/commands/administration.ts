import process from 'node:process';
import type { Document } from '../values/documents.js';
import type { Command, Request } from './command.js';

/** Wire version 21 is MongoDB 7.0, the newest that every supported driver knows how to talk to. */
const VERSION = '7.0.0';
const MAX_WIRE_VERSION = 21;

const acknowledge: Command = () => ({ ok: 1 });

/** A standalone server: drivers then send neither retryable writes nor a cluster time. */
const hello: Command = ({ connectionId }) => ({
  helloOk: true,
  ismaster: true,
  isWritablePrimary: true,
  maxBsonObjectSize: 16 * 1024 * 1024,
  maxMessageSizeBytes: 48_000_000,
  maxWriteBatchSize: 100_000,
  localTime: new Date(),
  logicalSessionTimeoutMinutes: 30,
  connectionId,
  minWireVersion: 0,
  maxWireVersion: MAX_WIRE_VERSION,
  readOnly: false,
  ok: 1,
});

const buildInfo: Command = () => ({
  version: VERSION,
  versionArray: [7, 0, 0, 0],
  gitVersion: 'development stand-in, not MongoDB',
  modules: ['stand-in'],
  bits: 64,
  debug: false,
  maxBsonObjectSize: 16 * 1024 * 1024,
  storageEngines: ['memory'],
  ok: 1,
});

const serverStatus: Command = ({ server }) => ({
  host: `127.0.0.1:${server.port}`,
  version: VERSION,
  process: 'development stand-in',
  pid: process.pid,
  uptime: Math.floor((Date.now() - server.startedAt) / 1000),
  localTime: new Date(),
  storageEngine: { name: 'memory', persistent: false },
  connections: { current: 1, available: 1000 },
  ok: 1,
});

const connectionStatus: Command = () => ({
  authInfo: { authenticatedUsers: [], authenticatedUserRoles: [] },
  ok: 1,
});

const getParameter: Command = ({ body }) => ({
  ...((body.featureCompatibilityVersion || body.getParameter === '*') && {
    featureCompatibilityVersion: { version: '7.0' },
  }),
  ok: 1,
});

const hostInfo: Command = () => ({ system: { currentTime: new Date(), hostname: '127.0.0.1' }, ok: 1 });
const whatsmyuri: Command = () => ({ you: '127.0.0.1:0', ok: 1 });
const startSession: Command = ({ connectionId }) => ({ id: { id: connectionId }, timeoutMinutes: 30, ok: 1 });
const getLog: Command = () => ({ totalLinesWritten: 0, log: [], ok: 1 });
const getCmdLineOpts: Command = () => ({ argv: [], parsed: {}, ok: 1 });

/** Every read scans, except through `_id` or the equalities of an index: there is no plan to show beyond that. */
const explain: Command = ({ body, database }: Request) => {
  const explained = body.explain as Document;
  const [name = ''] = Object.keys(explained);
  const target = String(explained[name]);
  return {
    queryPlanner: {
      namespace: `${database.name}.${target}`,
      parsedQuery: explained.filter ?? explained.query ?? {},
      winningPlan: {
        stage: 'COLLSCAN',
        direction: 'forward',
        note: 'the development stand-in plans no queries',
      },
      rejectedPlans: [],
    },
    serverInfo: { host: '127.0.0.1', version: VERSION, gitVersion: 'development stand-in, not MongoDB' },
    ok: 1,
  };
};

export const administration: Readonly<Record<string, Command>> = {
  hello,
  ismaster: hello,
  isMaster: hello,
  buildInfo,
  buildinfo: buildInfo,
  serverStatus,
  connectionStatus,
  getParameter,
  hostInfo,
  whatsmyuri,
  getLog,
  getCmdLineOpts,
  explain,
  ping: acknowledge,
  startSession,
  endSessions: acknowledge,
  killSessions: acknowledge,
  refreshSessions: acknowledge,
  commitTransaction: acknowledge,
  abortTransaction: acknowledge,
  logout: acknowledge,
  profile: () => ({ was: 0, slowms: 100, ok: 1 }),
};
