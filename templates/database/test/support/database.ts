import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mongoose from 'mongoose';
import { afterAll, beforeAll } from 'vitest';
import { connect } from '../../src/database/connection.js';
import { startDevelopmentMongoDB } from '../../src/dev/mongodb/index.js';

/** Connects mongoose to an empty database for the tests of one file. */
export function useDatabase(): void {
  let directory: string;
  let server: Awaited<ReturnType<typeof startDevelopmentMongoDB>>;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'mongodb-'));
    server = await startDevelopmentMongoDB({ dataDirectory: directory, log: () => {} });
    await connect(server.uri);
    // Else the first writes of a test run while indexes are being built.
    await Promise.all(Object.values(mongoose.models).map((model) => model.init()));
  });
  afterAll(async () => {
    await mongoose.disconnect();
    await server.close();
    await rm(directory, { recursive: true, force: true });
  });
}
