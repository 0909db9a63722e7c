import { connect } from 'node:net';
import { type Document, deserialize, serialize } from 'bson';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type StandIn, startStandIn } from '../../../../templates/database/src/dev/mongodb/stand-in.js';
import { Cursors } from '../../../../templates/database/src/dev/mongodb/store/cursors.js';
import { Frames } from '../../../../templates/database/src/dev/mongodb/wire/frames.js';

const OP_QUERY = 2004;
const OP_MSG = 2013;
const CHECKSUM_PRESENT = 1;

function message(opCode: number, body: Uint8Array): Buffer {
  const header = Buffer.alloc(16);
  header.writeInt32LE(16 + body.length, 0);
  header.writeInt32LE(42, 4);
  header.writeInt32LE(opCode, 12);
  return Buffer.concat([header, body]);
}

function opMessage(command: Document, flags = 0, trailer = Buffer.alloc(0)): Buffer {
  const flagBits = Buffer.alloc(4);
  flagBits.writeUInt32LE(flags);
  return message(OP_MSG, Buffer.concat([flagBits, Buffer.of(0), serialize(command), trailer]));
}

function opQuery(namespace: string, query: Document): Buffer {
  return message(
    OP_QUERY,
    Buffer.concat([Buffer.alloc(4), Buffer.from(`${namespace}\0`), Buffer.alloc(8), serialize(query)]),
  );
}

let standIn: StandIn;
beforeAll(async () => {
  standIn = await startStandIn();
});
afterAll(() => standIn.close());

/** Sends bytes, in pieces if asked, and resolves with the first reply. */
function exchange(bytes: Buffer, pieceSize = bytes.length): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const frames = new Frames();
    const socket = connect(Number(new URL(standIn.uri).port), '127.0.0.1');
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('closed without a reply')));
    socket.on('data', (chunk) => {
      const [reply] = frames.push(chunk);
      if (reply) {
        resolve(reply);
        socket.destroy();
      }
    });
    for (let at = 0; at < bytes.length; at += pieceSize) socket.write(bytes.subarray(at, at + pieceSize));
  });
}

describe('wire protocol', () => {
  it('answers OP_QUERY with OP_REPLY', async () => {
    const reply = await exchange(opQuery('admin.$cmd', { ismaster: 1 }));
    expect(reply.readInt32LE(12)).toBe(1);
    expect(reply.readInt32LE(8)).toBe(42);
    expect(deserialize(reply.subarray(36))).toMatchObject({ ismaster: true, ok: 1 });
  });

  it('skips the checksum of an OP_MSG', async () => {
    const reply = await exchange(
      opMessage({ ping: 1, $db: 'admin' }, CHECKSUM_PRESENT, Buffer.alloc(4, 0xff)),
    );
    expect(deserialize(reply.subarray(21))).toEqual({ ok: 1 });
  });

  it('reads a message that arrives in pieces', async () => {
    const reply = await exchange(opMessage({ ping: 1, $db: 'admin' }), 3);
    expect(deserialize(reply.subarray(21))).toEqual({ ok: 1 });
  });

  it('answers an unknown command with its error', async () => {
    const reply = await exchange(opMessage({ frobnicate: 1, $db: 'admin' }));
    expect(deserialize(reply.subarray(21))).toMatchObject({ ok: 0, code: 59, codeName: 'CommandNotFound' });
  });

  it('hangs up on what is not a message', async () => {
    await expect(exchange(Buffer.from('GET / HTTP/1.1\r\n\r\n'))).rejects.toThrow(/closed|ECONNRESET/);
  });
});

describe('Cursors', () => {
  const documents = [1, 2, 3].map((byte) => new Uint8Array([byte]));

  it('gives every document once, then forgets the cursor', () => {
    const cursors = new Cursors();
    const first = cursors.open('db.c', documents, 2);
    const second = cursors.next(first.cursorId, 2);
    expect([...first.documents, ...second.documents]).toEqual(documents);
    expect(second.cursorId).toBe(0n);
    expect(() => cursors.next(first.cursorId, 2)).toThrow(/not found/);
  });
});
