import type { Plan } from '../plan/plan.js';
import type { PackageManager } from '../project/project-facts.js';
import type { Io } from './io.js';

/** What a command does to the world outside of its own process; tests pass failing ones. */
export interface Services {
  /** Writes the plan, all or nothing. Throws `UserError` (cancelled) when interrupted. */
  applyPlan(root: string, plan: Plan, io: Io): Promise<void>;
  /** Throws `UserError` (cancelled) when interrupted, `InstallFailure` when the package manager fails. */
  install(root: string, manager: PackageManager, io: Io): Promise<void>;
  /** Makes a git repository; false when there is no git. */
  initGit(root: string): Promise<boolean>;
}

export const systemServices: Services = {
  applyPlan: async (root, plan, io) => {
    const { applyPlan } = await import('../plan/apply.js');
    const interrupt = new AbortController();
    const release = io.onInterrupt(() => interrupt.abort());
    try {
      await applyPlan(root, plan, { signal: interrupt.signal });
    } finally {
      release();
    }
  },
  install: async (root, manager, io) => {
    const { installPackages } = await import('./install.js');
    await installPackages(root, manager, io);
  },
  initGit: async (root) => {
    const { spawnSync } = await import('node:child_process');
    return spawnSync('git', ['init', '--quiet'], { cwd: root, stdio: 'ignore' }).status === 0;
  },
};
