import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { afterAll } from 'vitest';
import { freePort } from './free-port.js';
import { temporaryDirectory } from './temporary-directory.js';

export interface TestRedis {
  readonly port: number;
  /** `redis://127.0.0.1:<port>` */
  readonly url: string;
  readonly pid: number;
  /** Kills the server as a crash would. */
  stop(): Promise<void>;
}

export interface RedisOptions {
  /** Default: a free one. Pass the port of a stopped server to bring it back empty. */
  readonly port?: number;
  /** More command line arguments, such as `['--maxmemory-policy', 'allkeys-lru']`. */
  readonly args?: readonly string[];
}

const running = new Set<ChildProcess>();

afterAll(async () => {
  await Promise.all([...running].map(kill));
});

/** Starts an empty `redis-server` on the loopback interface, without persistence; killed after the tests of the importing file. */
export async function startRedis(options: RedisOptions = {}): Promise<TestRedis> {
  const port = options.port ?? (await freePort());
  const server = spawn('redis-server', [
    ...['--port', String(port), '--bind', '127.0.0.1', '--dir', temporaryDirectory()],
    ...['--save', '', '--appendonly', 'no', '--daemonize', 'no'],
    ...(options.args ?? []),
  ]);
  running.add(server);
  await untilReady(server);
  return { port, url: `redis://127.0.0.1:${port}`, pid: server.pid ?? 0, stop: () => kill(server) };
}

/** Its log announces that connections are accepted. */
async function untilReady(server: ChildProcess): Promise<void> {
  if (server.stdout === null) throw new Error('redis-server was started without a standard output');
  const log: string[] = [];
  for await (const line of createInterface({ input: server.stdout })) {
    log.push(line);
    if (line.includes('Ready to accept connections')) {
      server.stdout.resume();
      return;
    }
  }
  throw new Error(`redis-server did not start:\n${log.join('\n')}`);
}

async function kill(server: ChildProcess): Promise<void> {
  running.delete(server);
  if (server.exitCode !== null || server.signalCode !== null) return;
  const exited = once(server, 'exit');
  server.kill('SIGKILL');
  await exited;
}
