import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import type { Io } from '../../src/commands/io.js';
import { run } from '../../src/commands/main.js';
import { type Services, systemServices } from '../../src/commands/services.js';

export const KEYS = { enter: '\r', down: '\x1B[B', interrupt: '\x03' } as const;

export interface RunOptions {
  readonly cwd: string;
  /** What a person types at which question, in this order; without it there is no terminal. */
  readonly keys?: readonly (readonly [question: string, keys: string])[];
  /** The terminal goes away after the keys. */
  readonly hangUp?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  readonly services?: Partial<Services>;
  /** Receives what interrupts the command, as Ctrl-C does. */
  readonly onInterruptible?: (interrupt: () => void) => void;
}

export interface Outcome {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command line in this process, without git, packages or a terminal of its own. */
export async function commandLine(args: readonly string[], options: RunOptions): Promise<Outcome> {
  const [stdout, stderr] = [collect(), collect()];
  const stdin = new PassThrough();
  if (options.keys !== undefined) type(options.keys, options.hangUp === true, stderr, stdin);
  const io: Io = {
    stdin,
    stdout: stdout.stream,
    stderr: stderr.stream,
    interactive: options.keys !== undefined,
    colors: { stdout: false, stderr: false },
    cwd: options.cwd,
    env: options.env ?? {},
    onInterrupt: (handler) => {
      options.onInterruptible?.(handler);
      return () => {};
    },
  };
  const services = { ...systemServices, ...withoutMachine, ...options.services };
  const exitCode = await run(args, io, services);
  return { exitCode, stdout: stdout.text(), stderr: stderr.text() };
}

/** Text of every file below a folder by path, without the tool's own state and git's. */
export function projectFiles(root: string): Record<string, string> {
  if (!existsSync(root)) return {};
  const entries = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  const paths = entries.map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1));
  const own = paths.filter((path) => !/^(\.scalable|\.git)\//.test(path)).sort();
  return Object.fromEntries(own.map((path) => [path, readFileSync(join(root, path), 'utf8')]));
}

const withoutMachine: Partial<Services> = {
  install: async () => {},
  initGit: async () => true,
};

/** Types each answer once its question was drawn. */
function type(
  answers: NonNullable<RunOptions['keys']>,
  hangUp: boolean,
  drawn: Collected,
  stdin: PassThrough,
): void {
  const remaining = [...answers];
  let seen = 0;
  drawn.stream.on('data', () => {
    const [next] = remaining;
    const text = drawn.text();
    if (next === undefined || text.indexOf(next[0], seen) < 0) return;
    remaining.shift();
    seen = text.length;
    setImmediate(() => {
      stdin.write(next[1]);
      if (hangUp && remaining.length === 0) stdin.end();
    });
  });
}

interface Collected {
  readonly stream: PassThrough;
  readonly text: () => string;
}

function collect(): Collected {
  const stream = new PassThrough();
  let text = '';
  stream.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  return { stream, text: () => text };
}
