import type { NodePlopAPI } from 'node-plop';
import { applyPlan } from '../plan/apply.js';
import { recover } from '../plan/recover.js';
import { openWorkspace } from '../project/disk-workspace.js';
import { planCapability } from './capability-plan.js';
import { setGenerators } from './plop-generators.js';

/**
 * For a team's own plopfile: `await plop.load('create-scalable-backend')` gives it a generator per capability. Each one
 * applies its plan whole or not at all, and `create-scalable-backend undo` takes it back.
 */
export default function pack(plop: NodePlopAPI): void {
  setGenerators(plop, {
    record: async (root, capability) => {
      await recover(root);
      return planCapability(openWorkspace(root), capability);
    },
    finish: async (root, { plan }) => {
      if (plan.changes.length === 0) return 'nothing to do';
      await applyPlan(root, plan);
      const left = plan.steps.map(({ title }) => `\n  left for you: ${title}`);
      return `${plan.changes.length} files${left.join('')}`;
    },
  });
}
