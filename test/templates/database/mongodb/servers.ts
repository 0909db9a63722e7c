import { randomUUID } from 'node:crypto';
import { type Collection, type Db, type Document, MongoClient } from 'mongodb';
import { afterAll, beforeAll, beforeEach, describe, it } from 'vitest';
import { startStandIn } from '../../../../templates/database/src/dev/mongodb/stand-in.js';

/** What a server can do beyond the common ground; the cases that need it are skipped elsewhere. */
const CAPABILITIES = [
  'collations',
  'errorShapes',
  'explain',
  'joinWithPipeline',
  'listFilters',
  'nestedStagePaths',
  'pipelineUpdates',
  'positionalProjection',
  'sessions',
  'unacknowledgedWrites',
  'unionWith',
  'views',
  'windows',
] as const;
type Capability = (typeof CAPABILITIES)[number];

interface Target {
  readonly name: string;
  readonly capabilities: ReadonlySet<Capability>;
  start(): Promise<{ uri: string; close(): Promise<void> }>;
}

const standIn: Target = {
  name: 'the stand-in',
  capabilities: new Set(CAPABILITIES),
  start: startStandIn,
};

/** A second opinion on the same cases: MONGO_TEST_URI names the server, MONGO_TEST_CAPABILITIES what else it can do. */
function otherServers(): Target[] {
  const { MONGO_TEST_URI: uri, MONGO_TEST_CAPABILITIES = '' } = process.env;
  if (!uri) return [];
  const capabilities = new Set(MONGO_TEST_CAPABILITIES.split(',') as Capability[]);
  return [{ name: 'MONGO_TEST_URI', capabilities, start: async () => ({ uri, close: async () => {} }) }];
}

export interface Operations {
  db(): Db;
  /** A collection that is empty before every case. */
  items(): Collection<Document>;
  /** `it` on a server that can do this, `it.skip` on others. */
  needs(capability: Capability): typeof it;
  client(): MongoClient;
}

/** Runs the same cases on the stand-in and on the server that MONGO_TEST_URI names. */
export function describeOperations(title: string, cases: (operations: Operations) => void): void {
  describe.each([standIn, ...otherServers()])(`${title} on $name`, ({ start, capabilities }) => {
    let client: MongoClient;
    let server: { close(): Promise<void> };
    const database = `operations_${randomUUID().slice(0, 8)}`;
    const db = () => client.db(database);
    const items = () => db().collection<Document>('items');

    beforeAll(async () => {
      const started = await start();
      server = started;
      client = await MongoClient.connect(started.uri);
    });
    beforeEach(() =>
      items()
        .drop()
        .catch(() => undefined),
    );
    afterAll(async () => {
      await db().dropDatabase();
      await client.close();
      await server.close();
    });

    const needs = (capability: Capability) => (capabilities.has(capability) ? it : (it.skip as typeof it));
    cases({ db, items, needs, client: () => client });
  });
}
