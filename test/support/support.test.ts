import { existsSync, readFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import path from 'node:path';
import { expect, it } from 'vitest';
import { startRedis } from './redis.js';
import { writeFiles } from './temporary-directory.js';

function ping(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = createConnection({ port, host: '127.0.0.1' }, () => socket.write('PING\r\n'));
    socket.once('error', reject);
    socket.once('data', (data) => {
      socket.destroy();
      resolve(data.toString());
    });
  });
}

it('starts redis servers beside each other and brings one back on its port', async () => {
  const [first, second] = await Promise.all([startRedis(), startRedis()]);
  expect(first.port).not.toBe(second.port);
  expect(await ping(first.port)).toBe('+PONG\r\n');
  await first.stop();
  await expect(ping(first.port)).rejects.toThrow('ECONNREFUSED');
  const again = await startRedis({ port: first.port });
  expect(await ping(again.port)).toBe('+PONG\r\n');
});

it('writes files into a new directory', () => {
  const root = writeFiles({ 'a/b.txt': 'text' });
  expect(readFileSync(path.join(root, 'a/b.txt'), 'utf8')).toBe('text');
  expect(existsSync(writeFiles({}))).toBe(true);
});
