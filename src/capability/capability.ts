import type { PackageName } from '../../generators/versions.js';
import type { Facts } from '../analysis/facts.js';
import type { EnvEntry, ManualStep } from '../plan/plan.js';
import type { PlanBuilder } from '../plan/plan-builder.js';
import type { ProjectFacts } from '../project/project-facts.js';
import type { Workspace } from '../project/workspace.js';

export type Answer = string | boolean;
export type Answers = Readonly<Record<string, Answer>>;

/** One declaration drives the prompt, the flag, `--help`, validation and the JSON output. */
export type Question = ConfirmQuestion | SelectQuestion;

interface QuestionBase {
  /** Key in the answers and name of the flag: `cache` is `--cache` / `--no-cache`, `database` is `--database <value>`. */
  readonly name: string;
  readonly message: string;
}

export interface ConfirmQuestion extends QuestionBase {
  readonly type: 'confirm';
  readonly default: boolean;
  /** False when the earlier answers leave only `no`: then it is not asked. */
  readonly offered?: (earlier: Answers) => boolean;
}

export interface SelectQuestion extends QuestionBase {
  readonly type: 'select';
  readonly default: string;
  readonly choices: readonly {
    readonly value: string;
    readonly title: string;
    readonly description?: string;
  }[];
}

/** What templates and declarations may depend on. */
export interface RenderContext {
  /** npm name of the project. */
  readonly name: string;
  readonly answers: Answers;
  /** True for each capability id that is part of the project: `{{#if has.cache}}`. */
  readonly has: Readonly<Record<string, boolean>>;
  /** Lines that the chosen capabilities contribute to another capability's template, by slot name. */
  readonly slots: Readonly<Record<string, readonly string[]>>;
  /** Environment variables of all chosen capabilities. */
  readonly env: readonly EnvEntry[];
  /** Scripts of package.json. */
  readonly scripts: Readonly<Record<string, string>>;
  /** `create`: a project of ours. `retrofit`: somebody's repository (files under `src/` land in the runtime folder). */
  readonly situation: 'create' | 'retrofit';
  /** CommonJS packages are imported as a whole: ES modules see no names of the older ones. */
  readonly defaultImports: boolean;
}

/** A retrofit of one capability on somebody's repository: facts in, recorded edits out. Pure: no disk, no printing. */
export interface RetrofitContext {
  readonly facts: Facts;
  readonly project: ProjectFacts;
  readonly workspace: Workspace;
  readonly plan: PlanBuilder;
  /** Folder that receives the runtime code, root-relative, such as `scalable` or `src/scalable`. */
  readonly runtimeFolder: string;
}

/** A decision about one route, for the table and the JSON output. */
export interface RouteVerdict {
  readonly method: string;
  /** Full path, or the path as declared when the mount is not known. */
  readonly path: string;
  readonly file: string;
  readonly line: number;
  /** Such as `cached` or `left alone`. */
  readonly verdict: string;
  readonly reason: string;
  /** Source text of the argument in front of which something was placed, if anything was. */
  readonly before?: string;
}

export interface Capability {
  readonly id: string;
  readonly title: string;
  /** One line for `--help` and the README of the emitted project. */
  readonly summary: string;
  /** Questions that decide whether and how this capability is part of a new project. All have defaults. */
  readonly questions: readonly Question[];
  /** Whether the answers ask for this capability. */
  readonly chosen: (answers: Answers) => boolean;
  /** What somebody's repository shows of the answers; a question about a capability is answered by emitting it. */
  readonly detect?: (project: ProjectFacts) => Answers;
  /** Ids of capabilities that come along with this one. */
  readonly requires: readonly string[];
  /** Ids of capabilities that are applied earlier when both are chosen. */
  readonly after: readonly string[];
  /** Names from `generators/versions.ts`. */
  readonly packages: readonly PackageName[];
  readonly devPackages: readonly PackageName[];
  readonly scripts: Readonly<Record<string, string>>;
  readonly env: readonly EnvEntry[];
  /** Folder under `templates/`; its layout is the layout of the emitted project. */
  readonly templates: string;
  /** Root-relative files of `templates` that a retrofit emits as well (prefixes); the rest is for new projects only. */
  readonly runtime: readonly string[];
  /** Lines for the slots of other capabilities' templates: a template reads them with `{{#each (slot "name")}}`. */
  readonly slots: (answers: Answers) => Readonly<Record<string, readonly string[]>>;
  /** Puts the capability into a repository that nobody prepared. Absent: not offered by `retrofit`. */
  readonly retrofit?: (context: RetrofitContext) => Promise<readonly RouteVerdict[]>;
  /** Commands or hints for the person, after apply. */
  readonly nextSteps: (answers: Answers) => readonly ManualStep[];
}

/** Checks the shape at compile time and gives the declaration its type. */
export function defineCapability(capability: Capability): Capability {
  return capability;
}
