import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach } from 'vitest';
import { freePort } from '../../../support/free-port.js';

export interface Line {
  /** `redis://127.0.0.1:<port>` */
  readonly url: string;
  /** Loses the connections with what is under way on them, and refuses new ones. */
  cut(): void;
  mend(): Promise<void>;
}

const cuts = new Set<() => void>();

afterEach(() => {
  for (const cut of cuts) cut();
  cuts.clear();
});

/** A way to `target`, a port of the loopback interface, that can be cut. */
export async function startLine(target: number): Promise<Line> {
  const port = await freePort();
  const sockets = new Set<Socket>();
  let server: Server | undefined;
  const cut = () => {
    server?.close();
    for (const socket of sockets) socket.destroy();
    sockets.clear();
  };
  const mend = async () => {
    server = createServer((near) => {
      const far = connect(target, '127.0.0.1');
      for (const [socket, other] of [[near, far] as const, [far, near] as const]) {
        sockets.add(socket);
        socket.on('error', () => undefined).on('close', () => other.destroy());
        socket.pipe(other);
      }
    });
    await once(server.listen(port, '127.0.0.1'), 'listening');
  };
  await mend();
  cuts.add(cut);
  return { url: `redis://127.0.0.1:${port}`, cut, mend };
}
