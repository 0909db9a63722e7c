import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';

const bin = fileURLToPath(new URL('../../../bin/create-scalable-backend.js', import.meta.url));

export interface Finished {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  /** Standard output and error as they were interleaved. */
  readonly output: string;
}

/** Runs a program to its end. Never throws: the exit code is what the tests look at. */
export async function finish(file: string, args: readonly string[], cwd: string): Promise<Finished> {
  const { exitCode, stdout, all } = await execa(file, args, {
    cwd,
    reject: false,
    stdin: 'ignore',
    all: true,
  });
  return { exitCode, stdout, output: all };
}

/** Runs the built tool. */
export function tool(args: readonly string[], cwd: string): Promise<Finished> {
  return finish(process.execPath, [bin, ...args], cwd);
}

/** Runs a command in a project and throws with its whole output when it fails. */
export function inProject(
  folder: string,
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
) {
  return execa(command, args, { cwd: folder, all: true, stdin: 'ignore', env: { NO_COLOR: '1', ...env } });
}

export function install(folder: string) {
  return inProject(folder, 'npm', [
    'install',
    '--prefer-offline',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
  ]);
}

export interface RunningServer {
  readonly url: string;
  /** Everything the process wrote so far. */
  output(): string;
  stop(signal?: NodeJS.Signals): Promise<number | undefined>;
}

/** Starts a server process and waits until it answers HTTP at `probe`; throws with its output when it does not. */
export async function startServer(
  folder: string,
  command: readonly [string, ...string[]],
  { port, env = {}, probe = '/' }: { port: number; env?: NodeJS.ProcessEnv; probe?: string },
): Promise<RunningServer> {
  const [file, ...args] = command;
  const child = execa(file, args, {
    cwd: folder,
    env: { PORT: String(port), ...env },
    reject: false,
    all: true,
    stdin: 'ignore',
    buffer: false,
    // A group of its own: a package manager does not pass every signal on to what it runs.
    detached: true,
  });
  let output = '';
  child.all?.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  const url = `http://127.0.0.1:${port}`;
  try {
    await untilAnswering(url + probe, Promise.resolve(child));
  } catch (error) {
    signalGroup(child.pid, 'SIGKILL');
    throw new Error(`${error instanceof Error ? error.message : error}\n${output}`);
  }
  return {
    url,
    output: () => output,
    stop: async (signal = 'SIGTERM') => {
      signalGroup(child.pid, signal);
      return (await child).exitCode;
    },
  };
}

function signalGroup(leader: number | undefined, signal: NodeJS.Signals): void {
  if (leader !== undefined) process.kill(-leader, signal);
}

async function untilAnswering(url: string, exit: Promise<unknown>): Promise<void> {
  const deadline = Date.now() + 60_000;
  let exited = false;
  void exit.then(() => {
    exited = true;
  });
  while (Date.now() < deadline) {
    if (exited) throw new Error(`The server stopped before it answered at ${url}:`);
    const answer = await fetch(url).catch(() => undefined);
    await answer?.arrayBuffer();
    if (answer !== undefined) return;
    await wait(100);
  }
  throw new Error(`The server did not answer at ${url}:`);
}
