import { resolve } from 'node:path';
import { startMongod } from './mongod.js';

export interface DevelopmentMongoDBOptions {
  /** Where a real mongod keeps its databases, relative to the project. */
  readonly dataDirectory?: string;
  readonly binaryDirectory?: string;
  readonly log?: (message: string) => void;
}

export interface DevelopmentMongoDB {
  readonly uri: string;
  readonly kind: 'mongod' | 'stand-in';
  close(): Promise<void>;
}

/**
 * A MongoDB for `npm run dev` on a machine that has only Node: a real mongod where its program can be downloaded, or
 * else an in-memory stand-in, which says so once through `log`. Both listen on 127.0.0.1 only.
 */
export async function startDevelopmentMongoDB({
  dataDirectory = '.data/mongodb',
  binaryDirectory = 'node_modules/.cache/mongodb',
  log = console.warn,
}: DevelopmentMongoDBOptions = {}): Promise<DevelopmentMongoDB> {
  try {
    const directories = { dataDirectory: resolve(dataDirectory), binaryDirectory: resolve(binaryDirectory) };
    return { kind: 'mongod', ...(await startMongod(directories)) };
  } catch (error) {
    const { startStandIn } = await import('./stand-in.js');
    const standIn = await startStandIn();
    log(standInNotice(error instanceof Error ? error.message : String(error)));
    return { kind: 'stand-in', ...standIn };
  }
}

function standInNotice(reason: string): string {
  const [firstLine = ''] = reason.split('\n');
  return [
    `No mongod (${firstLine}): using an in-memory stand-in for development. It is not MongoDB.`,
    'Data is lost when this process stops. Transactions are accepted, but neither isolated nor rolled back.',
    'There are no change streams, no text, geo or vector search, and no real explain.',
    'Set MONGODB_URI to use a server of your own.',
  ].join(' ');
}
