import type { AddressInfo } from 'node:net';
import { createServer, type Socket, type Server as TcpServer } from 'node:net';
import type { Server } from './commands/command.js';
import { runCommand } from './commands/run-command.js';
import { Cursors } from './store/cursors.js';
import { Databases } from './store/databases.js';
import { Frames } from './wire/frames.js';
import { readMessage, writeReply } from './wire/messages.js';

export interface StandIn {
  readonly uri: string;
  close(): Promise<void>;
}

/**
 * Starts an in-memory stand-in for MongoDB in this process, on 127.0.0.1 only: it speaks the wire protocol to any driver
 * since 3.3, keeps nothing after `close`, and accepts transactions without isolating or rolling them back.
 */
export async function startStandIn({ port = 0 }: { port?: number } = {}): Promise<StandIn> {
  const sockets = new Set<Socket>();
  const tcp = createServer();
  await listen(tcp, port);
  const address = tcp.address() as AddressInfo;
  const server: Server = {
    databases: new Databases(),
    cursors: new Cursors(),
    startedAt: Date.now(),
    port: address.port,
  };
  let connections = 0;
  tcp.on('connection', (socket) => {
    connections++;
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    serve(socket, server, connections);
  });
  return { uri: `mongodb://127.0.0.1:${address.port}/`, close: () => closeAll(tcp, sockets) };
}

function listen(tcp: TcpServer, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    tcp.once('error', reject);
    tcp.listen(port, '127.0.0.1', () => {
      tcp.off('error', reject);
      resolve();
    });
  });
}

function closeAll(tcp: TcpServer, sockets: ReadonlySet<Socket>): Promise<void> {
  return new Promise((resolve) => {
    tcp.close(() => resolve());
    for (const socket of sockets) socket.destroy();
  });
}

/** Answers the commands of one connection in their order. What cannot be understood ends the connection. */
function serve(socket: Socket, server: Server, connectionId: number): void {
  const frames = new Frames();
  socket.setNoDelay(true);
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk: Buffer) => {
    try {
      for (const message of frames.push(chunk)) answer(socket, message, server, connectionId);
    } catch {
      socket.destroy();
    }
  });
}

function answer(socket: Socket, message: Buffer, server: Server, connectionId: number): void {
  const command = readMessage(message);
  if (!command) throw new RangeError('an unknown operation');
  const reply = runCommand(command, server, connectionId);
  if (command.expectsReply) socket.write(writeReply(command, reply));
}
