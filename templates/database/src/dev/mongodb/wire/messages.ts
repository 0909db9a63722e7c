import { type Document, decode } from '../values/documents.js';

export const OpCode = { reply: 1, query: 2004, message: 2013 } as const;

const HEADER_BYTES = 16;
const CHECKSUM_PRESENT = 1;
const MORE_TO_COME = 2;

/** One command as a client sent it. `documents` are those of an insert, each still as bytes. */
export interface ClientCommand {
  readonly requestId: number;
  readonly opCode: number;
  readonly body: Document;
  readonly documents: readonly Uint8Array[];
  readonly expectsReply: boolean;
}

/** Reads an OP_MSG or OP_QUERY message; undefined for an operation that no driver since 2018 sends. */
export function readMessage(message: Buffer): ClientCommand | undefined {
  const opCode = message.readInt32LE(12);
  const requestId = message.readInt32LE(4);
  if (opCode === OpCode.message) return { requestId, opCode, ...readOpMessage(message) };
  return opCode === OpCode.query ? { requestId, opCode, ...readOpQuery(message) } : undefined;
}

function readOpMessage(message: Buffer) {
  const flags = message.readUInt32LE(HEADER_BYTES);
  const end = message.length - (flags & CHECKSUM_PRESENT ? 4 : 0);
  const sequences: Document = {};
  let command = readCommand(Buffer.alloc(0));
  for (let offset = HEADER_BYTES + 4; offset < end; ) {
    const start = offset + 1;
    const length = message.readInt32LE(start);
    const section = message.subarray(start, start + length);
    if (message[offset] === 0) command = readCommand(section);
    else Object.assign(sequences, readSequence(section));
    offset = start + length;
  }
  const { documents = [], ...others } = sequences as { documents?: Uint8Array[] };
  const decoded = Object.entries(others).map(([name, items]) => [
    name,
    (items as Uint8Array[]).map((b) => decode(b)),
  ]);
  return {
    body: { ...command.body, ...Object.fromEntries(decoded) },
    documents: [...command.documents, ...documents],
    expectsReply: (flags & MORE_TO_COME) === 0,
  };
}

/** Section kind 1: a name and the documents that belong under it. */
function readSequence(section: Buffer): Document {
  const nameEnd = section.indexOf(0, 4);
  const name = section.toString('utf8', 4, nameEnd);
  const documents: Uint8Array[] = [];
  for (let offset = nameEnd + 1; offset < section.length; ) {
    const length = section.readInt32LE(offset);
    documents.push(section.subarray(offset, offset + length));
    offset += length;
  }
  return { [name]: documents };
}

function readOpQuery(message: Buffer) {
  const nameEnd = message.indexOf(0, HEADER_BYTES + 4);
  const start = nameEnd + 1 + 8;
  const command = readCommand(message.subarray(start, start + message.readInt32LE(start)));
  const namespace = message.toString('utf8', HEADER_BYTES + 4, nameEnd);
  const wrapped = (command.body.$query ?? command.body.query) as Document | undefined;
  const body = { ...(wrapped ?? command.body), $db: namespace.slice(0, namespace.indexOf('.')) };
  return { body, documents: command.documents, expectsReply: true };
}

const INSERT = /^insert\0/;

/** The documents of an insert stay bytes: they are stored as they came. */
function readCommand(section: Buffer): { body: Document; documents: Uint8Array[] } {
  if (section.length === 0) return { body: {}, documents: [] };
  if (!INSERT.test(section.toString('latin1', 5, 12))) return { body: decode(section), documents: [] };
  const { documents = [], ...body } = decode(section, { fieldsAsRaw: { documents: true } });
  return { body, documents: documents as Uint8Array[] };
}

/** A reply to `command`, in the operation that the client spoke. */
export function writeReply(command: ClientCommand, reply: Uint8Array): Buffer {
  const legacy = command.opCode === OpCode.query;
  const prefix = Buffer.alloc(HEADER_BYTES + (legacy ? 20 : 5));
  prefix.writeInt32LE(prefix.length + reply.length, 0);
  prefix.writeInt32LE(command.requestId, 8);
  prefix.writeInt32LE(legacy ? OpCode.reply : OpCode.message, 12);
  if (legacy) prefix.writeInt32LE(1, HEADER_BYTES + 16);
  return Buffer.concat([prefix, reply]);
}
