import { createServer } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { connectRedis } from '../src/lib/redis.js';

afterEach(() => {
  vi.restoreAllMocks();
});

describe('a Redis that does not answer', () => {
  it('fails a command at once, and is reported without its password', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const client = connectRedis(`redis://:hunter2@127.0.0.1:${await unusedPort()}`);
    await expect(client.ping()).rejects.toThrow();
    await vi.waitFor(() => expect(warn).toHaveBeenCalledOnce());
    expect(String(warn.mock.calls[0])).not.toContain('hunter2');
    client.disconnect();
  });
});

function unusedPort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(address !== null && typeof address === 'object' ? address.port : 0));
    });
  });
}
