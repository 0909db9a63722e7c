import { Buffer } from 'node:buffer';

const MAX_MESSAGE_BYTES = 48_000_000;

/** Cuts a byte stream into messages, each of which begins with its own length. */
export class Frames {
  #chunks: Buffer[] = [];
  #buffered = 0;

  /** The messages that `chunk` completes. Throws a RangeError when a message cannot be one of MongoDB's. */
  push(chunk: Buffer): Buffer[] {
    this.#chunks.push(chunk);
    this.#buffered += chunk.length;
    const messages: Buffer[] = [];
    for (let length = this.#nextLength(); length > 0 && length <= this.#buffered; length = this.#nextLength())
      messages.push(this.#take(length));
    return messages;
  }

  #nextLength(): number {
    if (this.#buffered < 4) return 0;
    if ((this.#chunks[0] as Buffer).length < 4) this.#chunks = [Buffer.concat(this.#chunks)];
    const length = (this.#chunks[0] as Buffer).readInt32LE(0);
    if (length < 16 || length > MAX_MESSAGE_BYTES) throw new RangeError(`a message of ${length} bytes`);
    return length;
  }

  #take(length: number): Buffer {
    const all = this.#chunks.length === 1 ? (this.#chunks[0] as Buffer) : Buffer.concat(this.#chunks);
    this.#chunks = all.length > length ? [all.subarray(length)] : [];
    this.#buffered -= length;
    return all.subarray(0, length);
  }
}
