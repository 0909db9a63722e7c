import { mkdir } from 'node:fs/promises';
import { connect } from 'node:net';
import process from 'node:process';

export interface Mongod {
  readonly uri: string;
  close(): Promise<void>;
}

export interface MongodOptions {
  /** Where the databases are kept. */
  readonly dataDirectory: string;
  /** Where the downloaded program is kept. */
  readonly binaryDirectory: string;
}

const VERSION = '8.2.6';
const REACHABLE_WITHIN_MS = 1500;
const DEFAULT_MIRROR = 'https://fastdl.mongodb.org';

/**
 * Starts a real mongod on 127.0.0.1, downloading the program once. Rejects with an Error that says why when it can be
 * neither found nor downloaded, or does not start; on a machine without network within two seconds.
 */
export async function startMongod({ dataDirectory, binaryDirectory }: MongodOptions): Promise<Mongod> {
  const { MongoBinary, DryMongoBinary, MongoMemoryServer } = await loadLauncher();
  const program = { version: VERSION, downloadDir: binaryDirectory };
  const kept = await DryMongoBinary.locateBinary(program);
  if (!kept) await requireReachable(new URL(downloadRoute()));
  const systemBinary = await MongoBinary.getPath({ ...program, checkMD5: true });
  await mkdir(dataDirectory, { recursive: true });
  const server = await MongoMemoryServer.create({
    binary: { version: VERSION, systemBinary },
    instance: { dbPath: dataDirectory, storageEngine: 'wiredTiger', ip: '127.0.0.1' },
  });
  return {
    uri: server.getUri(),
    close: async () => {
      await server.stop({ doCleanup: false });
    },
  };
}

/** One attempt instead of three, and a verified certificate: without this setting the download would not check it. */
async function loadLauncher() {
  process.env.MONGOMS_MAX_RETRIES ??= '1';
  process.env.npm_config_strict_ssl ??= 'true';
  const { DryMongoBinary, MongoBinary, MongoMemoryServer } = await import('mongodb-memory-server-core').catch(
    () => {
      throw new Error('mongodb-memory-server-core is not installed');
    },
  );
  return { DryMongoBinary, MongoBinary, MongoMemoryServer };
}

/** The first host on the way to the download: a proxy where one is set, or else the mirror. */
function downloadRoute(): string {
  const { https_proxy, http_proxy, HTTPS_PROXY, HTTP_PROXY, MONGOMS_DOWNLOAD_URL, MONGOMS_DOWNLOAD_MIRROR } =
    process.env;
  const proxy = https_proxy || http_proxy || HTTPS_PROXY || HTTP_PROXY;
  return proxy || MONGOMS_DOWNLOAD_URL || MONGOMS_DOWNLOAD_MIRROR || DEFAULT_MIRROR;
}

function requireReachable({ hostname, port, protocol }: URL): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port) || (protocol === 'http:' ? 80 : 443) });
    const finish = (error?: Error) => {
      socket.destroy();
      if (error) reject(error);
      else resolve();
    };
    socket.setTimeout(REACHABLE_WITHIN_MS, () => finish(new Error(`${hostname} does not answer`)));
    socket.once('error', () => finish(new Error(`${hostname} cannot be reached`)));
    socket.once('connect', () => finish());
  });
}
