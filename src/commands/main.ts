import { CommanderError } from 'commander';
import { allQuestions } from '../capability/registry.js';
import { ExitCode, UserError } from '../errors.js';
import { describeError, renderErrorBlock } from '../report/error-block.js';
import { renderJson } from '../report/json.js';
import { type CommandResult, exitCodeOf } from '../report/result.js';
import { createStyle } from '../report/style.js';
import { renderResult } from '../report/terminal.js';
import { toolVersion } from '../tool-version.js';
import { lazyCommands } from './commands.js';
import { type Io, processIo } from './io.js';
import { buildProgram } from './program.js';
import { type Services, systemServices } from './services.js';

/** Runs the command line of this process; the result is its exit code. */
export function main(argv: readonly string[]): Promise<ExitCode> {
  return run(argv, processIo());
}

/** Runs one command. Never throws and never exits: prints through `io` and gives the exit code. */
export async function run(
  argv: readonly string[],
  io: Io,
  services: Services = systemServices,
): Promise<ExitCode> {
  const json = argv.includes('--json');
  let exitCode: ExitCode = ExitCode.ok;
  const report = (result: CommandResult): void => {
    exitCode = exitCodeOf(result);
    io.stdout.write(json ? renderJson(result) : renderResult(result, createStyle(io.colors.stdout)));
  };
  const program = buildProgram({
    io,
    version: toolVersion(),
    commands: lazyCommands(io, services),
    questions: allQuestions(),
    report,
  });
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return exitCode;
  } catch (error) {
    return reportError(error, json, io);
  }
}

function reportError(thrown: unknown, json: boolean, io: Io): ExitCode {
  if (thrown instanceof CommanderError && thrown.exitCode === 0) return ExitCode.ok;
  const error = thrown instanceof CommanderError ? usageError(thrown) : thrown;
  if (json) io.stdout.write(`${JSON.stringify({ error: describeError(error) }, null, 2)}\n`);
  else io.stderr.write(renderErrorBlock(error, createStyle(io.colors.stderr), debugging(io)));
  return describeError(error).exitCode;
}

/** Commander puts its suggestion on a second line: that is our hint. */
function usageError({ message }: CommanderError): UserError {
  const [what = '', suggestion] = message.replace(/^error: /, '').split('\n');
  const hint = suggestion?.replace(/^\((.*)\)$/, '$1') ?? 'Run with --help to see what there is.';
  return new UserError(what, { hint, exitCode: ExitCode.usage });
}

function debugging(io: Io): boolean {
  return (io.env.DEBUG ?? '').split(',').includes('create-scalable-backend');
}
