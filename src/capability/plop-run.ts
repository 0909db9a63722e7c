import nodePlop from 'node-plop';
import type { CapabilityPlan } from './capability-plan.js';
import { setGenerators } from './plop-generators.js';

type Planner = (root: string, id: string) => Promise<CapabilityPlan>;

/** Plans a capability by running its generator in plop. Throws what `planner` throws, which plop turns into texts. */
export async function runGenerator(root: string, id: string, planner: Planner): Promise<CapabilityPlan> {
  const plop = await nodePlop('', { destBasePath: root, force: false });
  const outcomes: Promise<CapabilityPlan>[] = [];
  setGenerators(plop, {
    record: (folder, capability) => {
      const planned = planner(folder, capability);
      outcomes.push(planned);
      return planned;
    },
    finish: async (_root, { plan }) => plan.title,
  });
  const { failures } = await plop.getGenerator(id).runActions({});
  const [planned] = outcomes;
  if (planned === undefined) throw new Error(failures.map(({ error }) => error).join('; '));
  return planned;
}
