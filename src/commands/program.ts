import { Command, Option } from 'commander';
import type { Question } from '../capability/capability.js';
import { flagName } from '../capability/prompt-answers.js';
import { PACKAGE_MANAGERS } from '../project/package-manager.js';
import type { CommandResult } from '../report/result.js';
import type { ChangeFlags, Commands, CreateFlags, UndoFlags } from './commands.js';
import { examples } from './help.js';
import type { Io } from './io.js';

export interface ProgramParts {
  readonly io: Io;
  readonly version: string;
  readonly commands: Commands;
  /** Questions of all capabilities: each is a flag of `create`. */
  readonly questions: readonly Question[];
  /** Receives what the command did. */
  readonly report: (result: CommandResult) => void;
}

/** The command line, as data for commander. Parsing throws instead of exiting. */
export function buildProgram(parts: ProgramParts): Command {
  const program = new Command('create-scalable-backend');
  program
    .exitOverride()
    .enablePositionalOptions()
    .configureOutput({
      writeOut: (text) => void parts.io.stdout.write(text),
      writeErr: (text) => void parts.io.stderr.write(text),
      outputError: () => {},
    })
    .showSuggestionAfterError(true);
  describeCreate(program, parts);
  describeGenerate(program, parts);
  describeRetrofit(program, parts);
  describeUndo(program, parts);
  return program;
}

function describeCreate(program: Command, { commands, questions, report, version }: ProgramParts): void {
  program
    .description(
      'Create a Node/Express backend that scales, add a capability to one, or retrofit an existing repository.',
    )
    .version(version, '-v, --version')
    .argument('[folder]', 'new or empty folder of the new backend')
    .usage('[options] <folder>\n       create-scalable-backend <command> [options]')
    .option('-y, --yes', 'take the default of every question that has no flag')
    .option('--no-install', 'do not install the packages')
    .addOption(
      new Option('--package-manager <name>', 'defaults to the one that runs this command').choices(
        PACKAGE_MANAGERS,
      ),
    )
    .option('--no-git', 'do not make a git repository')
    .addHelpText('after', examples.create);
  addQuestions(program, questions);
  addOutputOptions(program);
  program.action(async (folder: string | undefined, flags: CreateFlags) => {
    report(await commands.create(folder, flags));
  });
}

function describeGenerate(program: Command, { commands, report }: ProgramParts): void {
  const generate = program
    .command('generate')
    .description('add a capability to this project; without an argument, list what can be added')
    .argument('[capability]', 'such as cache')
    .addHelpText('after', examples.generate);
  addRepositoryOptions(generate);
  addOutputOptions(generate);
  generate.action(async (capability: string | undefined, flags: ChangeFlags) => {
    report(await commands.generate(capability, flags));
  });
}

function describeRetrofit(program: Command, { commands, report }: ProgramParts): void {
  const retrofit = program
    .command('retrofit')
    .description('put capabilities into an existing Express repository, whole or not at all')
    .argument('[capabilities...]', 'what to put in (default: cache)')
    .addHelpText('after', examples.retrofit);
  addRepositoryOptions(retrofit);
  addOutputOptions(retrofit);
  retrofit.action(async (capabilities: string[], flags: ChangeFlags) => {
    report(await commands.retrofit(capabilities, flags));
  });
}

function describeUndo(program: Command, { commands, report }: ProgramParts): void {
  program
    .command('undo')
    .description('restore the repository to what it was before the last generate or retrofit')
    .option('-y, --yes', 'do it without asking')
    .option('--cwd <folder>', 'root of the repository (default: the current folder)')
    .option('--json', 'print one JSON object on stdout, nothing else')
    .addHelpText('after', examples.undo)
    .action(async (flags: UndoFlags) => {
      report(await commands.undo(flags));
    });
}

function addQuestions(command: Command, questions: readonly Question[]): void {
  for (const question of questions) {
    const flag = flagName(question);
    if (question.type === 'confirm') {
      command.option(`--${flag}`, `${question.message}${question.default ? ' (default)' : ''}`);
      command.option(`--no-${flag}`, `${question.default ? 'without it' : 'without it (default)'}`);
    } else {
      const option = new Option(`--${flag} <value>`, `${question.message} (default: ${question.default})`);
      command.addOption(option.choices(question.choices.map(({ value }) => value)));
    }
  }
}

function addRepositoryOptions(command: Command): void {
  command
    .option('-y, --yes', 'apply without asking')
    .option('--install', 'install added packages afterwards')
    .option('--allow-dirty', 'go on although the git tree has uncommitted changes')
    .option('--cwd <folder>', 'root of the repository (default: the current folder)');
}

function addOutputOptions(command: Command): void {
  command
    .option('--dry-run', 'show what would change and write nothing')
    .option('--json', 'print one JSON object on stdout, nothing else');
}
