import { relative, resolve } from 'node:path';
import type { Answers } from '../capability/capability.js';
import { createPrompter } from '../capability/prompt.js';
import { resolveAnswers } from '../capability/prompt-answers.js';
import { allQuestions } from '../capability/registry.js';
import { renderProject } from '../capability/render.js';
import { ExitCode, UserError } from '../errors.js';
import type { Plan } from '../plan/plan.js';
import { createPlanBuilder } from '../plan/plan-builder.js';
import { recover } from '../plan/recover.js';
import { memoryWorkspace } from '../project/memory-workspace.js';
import { packageManagerOfProcess, runScript } from '../project/package-manager.js';
import type { PackageManager } from '../project/project-facts.js';
import { inspectTarget, type Target } from '../project/target.js';
import type { CommandResult } from '../report/result.js';
import { toolVersion } from '../tool-version.js';
import { attemptInstall } from './attempt-install.js';
import type { CreateFlags } from './commands.js';
import type { Io } from './io.js';
import type { Services } from './services.js';
import { suggest } from './suggest.js';

const COMMAND_NAMES = ['generate', 'retrofit', 'undo'];

/** Creates a backend in a new or empty folder. Everything is checked and asked before anything is written. */
export async function create(
  folder: string | undefined,
  flags: CreateFlags,
  io: Io,
  services: Services,
): Promise<CommandResult> {
  const chosen = await chosenFolder(folder, flags, io);
  await recover(resolve(io.cwd, chosen));
  const target = inspectTarget(chosen, io.cwd);
  const answers = await resolveAnswers(allQuestions(), {
    given: { ...flags },
    defaults: flags.yes === true,
    prompter: io.interactive ? createPrompter(io.stdin, io.stderr) : undefined,
  });
  const plan = planProject(target, answers);
  const manager = (flags.packageManager as PackageManager | undefined) ?? packageManagerOfProcess(io.env);
  const shown = relative(io.cwd, target.root) || '.';
  const result = { command: 'create', root: target.root, plan } as const;
  if (flags.dryRun === true) {
    return { ...result, status: 'planned', summary: `Would create ${shown} (${count(plan)}).`, next: [] };
  }
  await services.applyPlan(target.root, plan, io);
  if (flags.git && !target.insideGit) await services.initGit(target.root);
  const incomplete = flags.install ? await attemptInstall(target.root, manager, io, services) : undefined;
  const installed = flags.install && incomplete === undefined;
  return {
    ...result,
    status: 'done',
    summary: `Created ${shown} (${count(plan)}).`,
    ...(incomplete === undefined ? {} : { incomplete }),
    next: nextCommands(shown, manager, installed),
  };
}

async function chosenFolder(folder: string | undefined, flags: CreateFlags, io: Io): Promise<string> {
  if (folder !== undefined) return notACommand(folder);
  if (!io.interactive || flags.yes === true) {
    throw new UserError('The folder of the new backend is missing.', {
      hint: 'Run `create-scalable-backend <folder>`, or --help to see the commands.',
      exitCode: ExitCode.usage,
    });
  }
  const check = (value: string): true | string => {
    try {
      inspectTarget(value, io.cwd);
      return true;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  };
  return createPrompter(io.stdin, io.stderr).text('Folder of the new backend', 'my-api', check);
}

/** `retofit` is a mistyped command, not the name of a project. */
function notACommand(folder: string): string {
  const command = suggest(folder, COMMAND_NAMES);
  if (command === undefined) return folder;
  throw new UserError(`Unknown command ${folder}.`, {
    hint: `Did you mean ${command}? To create a backend in a folder of that name, write ./${folder}.`,
    exitCode: ExitCode.usage,
  });
}

/** All files of the project, and its manifest. */
function planProject(target: Target, answers: Answers): Plan {
  const { files, capabilities } = renderProject(answers, target.name);
  const builder = createPlanBuilder(memoryWorkspace());
  for (const [path, content] of files) builder.create(path, content);
  return builder.finish(`create ${target.name}`, {
    tool: toolVersion(),
    origin: 'create',
    answers,
    capabilities,
  });
}

function nextCommands(shown: string, manager: PackageManager, installed: boolean): readonly string[] {
  return [
    ...(shown === '.' ? [] : [`cd ${shown}`]),
    ...(installed ? [] : [`${manager} install`]),
    runScript(manager, 'dev'),
  ];
}

function count({ changes }: Plan): string {
  return changes.length === 1 ? '1 file' : `${changes.length} files`;
}
