import type { CommandResult } from '../report/result.js';
import type { Io } from './io.js';
import type { Services } from './services.js';

export interface OutputFlags {
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** Beside these, each question is a flag of its name. */
export interface CreateFlags extends OutputFlags {
  readonly yes?: boolean;
  readonly install: boolean;
  readonly git: boolean;
  readonly packageManager?: string;
}

export interface RepositoryFlags {
  readonly yes?: boolean;
  readonly install?: boolean;
  readonly allowDirty?: boolean;
  readonly cwd?: string;
}

/** Flags of the commands that change a repository. */
export type ChangeFlags = OutputFlags & RepositoryFlags;

export type UndoFlags = Pick<ChangeFlags, 'yes' | 'json' | 'cwd'>;

/** One method per command: flags in, what happened out. Errors that the user can act on are `UserError`. */
export interface Commands {
  create(folder: string | undefined, flags: CreateFlags): Promise<CommandResult>;
  generate(capability: string | undefined, flags: ChangeFlags): Promise<CommandResult>;
  retrofit(capabilities: readonly string[], flags: ChangeFlags): Promise<CommandResult>;
  undo(flags: UndoFlags): Promise<CommandResult>;
}

/** The commands, each loaded when it is called: starting must stay cheap. */
export function lazyCommands(io: Io, services: Services): Commands {
  return {
    create: async (folder, flags) => (await import('./create.js')).create(folder, flags, io, services),
    generate: async (capability, flags) =>
      (await import('./generate.js')).generate(capability, flags, io, services),
    retrofit: async (capabilities, flags) =>
      (await import('./retrofit.js')).retrofit(capabilities, flags, io, services),
    undo: async (flags) => (await import('./undo.js')).undo(flags, io),
  };
}
