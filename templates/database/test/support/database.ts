import mongoose from 'mongoose';
import { afterAll, beforeAll } from 'vitest';
import { connect } from '../../src/database/connection.js';
import { startStandIn } from '../../src/dev/mongodb/stand-in.js';

/** Connects mongoose to an empty database for the tests of one file. */
export function useDatabase(): void {
  let server: Awaited<ReturnType<typeof startStandIn>>;
  beforeAll(async () => {
    server = await startStandIn();
    await connect(server.uri);
    // Else the first writes of a test run while indexes are being built.
    await Promise.all(Object.values(mongoose.models).map((model) => model.init()));
  });
  afterAll(async () => {
    await mongoose.disconnect();
    await server.close();
  });
}
