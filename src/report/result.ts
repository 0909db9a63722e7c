import type { RouteVerdict } from '../capability/capability.js';
import { ExitCode } from '../errors.js';
import type { Plan } from '../plan/plan.js';

/** What a command did; every renderer shows this one value. */
export interface CommandResult {
  readonly command: 'create' | 'generate' | 'retrofit' | 'undo';
  /** `planned`: a dry run. `unchanged`: there was nothing to do. */
  readonly status: 'done' | 'planned' | 'unchanged';
  /** Absolute path of the project. */
  readonly root: string;
  /** One line that says what happened. */
  readonly summary: string;
  readonly plan?: Plan;
  /** Unified diff of the plan, where the command shows one. */
  readonly diff?: string;
  readonly routes?: readonly RouteVerdict[];
  /** Paths that undo restored or removed. */
  readonly restored?: readonly string[];
  /** What `generate` without an argument offers. */
  readonly capabilities?: readonly CapabilitySummary[];
  /** Something that did not succeed although the files are complete, such as the installation. */
  readonly incomplete?: string;
  /** Commands to type next. */
  readonly next: readonly string[];
}

export interface CapabilitySummary {
  readonly id: string;
  readonly summary: string;
  readonly present: boolean;
}

/** Manual steps count only for what was applied or would be. */
export function exitCodeOf(result: CommandResult): ExitCode {
  const stepsLeft = result.status !== 'unchanged' && (result.plan?.steps.length ?? 0) > 0;
  return stepsLeft || result.incomplete !== undefined ? ExitCode.manualSteps : ExitCode.ok;
}
