import type { Readable, Writable } from 'node:stream';

/** Everything a command may touch of the process that runs it; tests pass their own. */
export interface Io {
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
  /** A person can be asked: both ends of the conversation are terminals. */
  readonly interactive: boolean;
  readonly colors: { readonly stdout: boolean; readonly stderr: boolean };
  readonly cwd: string;
  readonly env: Readonly<NodeJS.ProcessEnv>;
  /** Calls `handler` instead of ending the process when the user interrupts it; the result takes that back. */
  onInterrupt(handler: () => void): () => void;
}

export function processIo(): Io {
  const { stdin, stdout, stderr, env } = process;
  return {
    stdin,
    stdout,
    stderr,
    interactive: stdin.isTTY === true && stderr.isTTY === true,
    colors: { stdout: wantsColor(stdout, env), stderr: wantsColor(stderr, env) },
    cwd: process.cwd(),
    env,
    onInterrupt: onProcessInterrupt,
  };
}

/** One line on stderr before something that may take more than a second. */
export function announce(io: Io, message: string): void {
  io.stderr.write(`${message}\n`);
}

function onProcessInterrupt(handler: () => void): () => void {
  const signals = ['SIGINT', 'SIGTERM'] as const;
  for (const signal of signals) process.on(signal, handler);
  return () => {
    for (const signal of signals) process.off(signal, handler);
  };
}

function wantsColor(stream: { readonly isTTY?: boolean }, env: NodeJS.ProcessEnv): boolean {
  return stream.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb';
}
