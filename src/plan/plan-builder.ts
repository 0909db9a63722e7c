import type { Manifest } from './manifest.js';
import type { EnvEntry, ManualStep, Plan, Splice } from './plan.js';

/** Records what a command wants; several capabilities write into one builder. Touches no disk. */
export interface PlanBuilder {
  /** A new file. When the workspace already has it with the same text, nothing is recorded. Otherwise throws `UserError`. */
  create(path: string, content: string, options?: { readonly executable?: boolean }): void;
  /** Adds a splice to an existing file; overlapping splices throw. */
  splice(path: string, splice: Splice): void;
  /** Replaces a whole existing file; nothing is recorded when the text is the same. */
  replace(path: string, content: string): void;
  /** Adds `name` to `dependencies` (or `devDependencies`) of package.json unless some version is already there. */
  addPackage(name: string, version: string, options?: { readonly dev?: boolean }): void;
  addScript(name: string, command: string): void;
  /** Adds an entry to the env example file unless its name is already there. */
  addEnv(entry: EnvEntry): void;
  addStep(step: ManualStep): void;
  warn(message: string): void;
  finish(title: string, manifest: Omit<Manifest, 'files'>): Plan;
}
