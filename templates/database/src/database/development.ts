import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import mongoose from 'mongoose';
import { z } from 'zod';
import { logger } from '../lib/logger.js';

const DATA_DIRECTORY = '.data';
/** Where a running server says how its development database is reached, for `npm run seed` and for a second server. */
const RECORD = join(DATA_DIRECTORY, 'mongodb.json');

const record = z.object({ uri: z.string() });

export interface DevelopmentDatabase {
  readonly uri: string;
  close(): Promise<void>;
}

/** Joins the development database that runs in this folder already, or starts one. */
export async function openDevelopmentDatabase(): Promise<DevelopmentDatabase> {
  const uri = await findDevelopmentDatabase();
  if (uri === undefined) return startDevelopmentDatabase();
  logger.info('sharing the development database of the process that runs in this folder');
  return { uri, close: async () => {} };
}

/** The URI of the development database that runs in this folder, if one does. */
export async function findDevelopmentDatabase(): Promise<string | undefined> {
  try {
    const { uri } = record.parse(JSON.parse(await readFile(RECORD, 'utf8')));
    const connection = await mongoose.createConnection(uri, { serverSelectionTimeoutMS: 500 }).asPromise();
    await connection.close();
    return uri;
  } catch {
    // No record, or one that a killed server left behind.
    return undefined;
  }
}

async function startDevelopmentDatabase(): Promise<DevelopmentDatabase> {
  // Only here, because production installs none of the packages that this needs.
  const { startDevelopmentMongoDB } = await import('../dev/mongodb/development-mongodb.js');
  await mkdir(DATA_DIRECTORY, { recursive: true });
  const server = await startDevelopmentMongoDB({
    dataDirectory: join(DATA_DIRECTORY, 'mongodb'),
    log: (message) => logger.info(message),
  });
  await writeFile(RECORD, JSON.stringify({ uri: server.uri }));
  return {
    uri: server.uri,
    async close() {
      await rm(RECORD, { force: true });
      await server.close();
    },
  };
}
