import type { NodePlopAPI } from 'node-plop';
import type { CapabilityPlan } from './capability-plan.js';
import { allCapabilities } from './registry.js';

// Plop's own add, modify and append are not used: they write at once, unescaped, and cannot roll back.
const RECORD = 'scalable-record';
const FINISH = 'scalable-finish';

/** What the two actions of a generator do. */
export interface GeneratorSteps {
  /** Plans the capability for the project at `root`; nothing is written. */
  record(root: string, capability: string): Promise<CapabilityPlan>;
  /** Takes over the plan; gives the line that plop prints. */
  finish(root: string, planned: CapabilityPlan): Promise<string>;
}

/** Gives plop one generator per capability. */
export function setGenerators(plop: NodePlopAPI, steps: GeneratorSteps): void {
  const planned = new Map<string, CapabilityPlan>();
  plop.setActionType(RECORD, async (_answers, { capability }) => {
    const result = await steps.record(plop.getDestBasePath(), capability);
    planned.set(capability, result);
    return result.plan.title;
  });
  plop.setActionType(FINISH, async (_answers, { capability }) => {
    const result = planned.get(capability);
    if (result === undefined) throw new Error(`${capability} was not recorded`);
    return steps.finish(plop.getDestBasePath(), result);
  });
  for (const { id, summary } of allCapabilities()) {
    plop.setGenerator(id, {
      description: summary,
      prompts: [],
      actions: [RECORD, FINISH].map((type) => ({ type, capability: id })),
    });
  }
}
