import type { RetrofitContext } from '../../src/capability/capability.js';
import { withoutExtension } from '../../src/dialect/to-commonjs.js';
import type { ManualStep } from '../../src/plan/plan.js';
import { canImport, importFirst, loadsCache } from './imports.js';

/**
 * Loads the cache before the rest of the program, because it has to see the database driver before the first
 * connection is made.
 */
export function wireEntry(context: RetrofitContext, target: string): void {
  const { workspace, project, facts, plan } = context;
  const path = project.entry ?? facts.listen?.file;
  const text = path === undefined ? undefined : workspace.read(path)?.text;
  if (path === undefined || text === undefined || !canImport(path, project)) {
    plan.addStep(firstLineByHand(context, target));
    return;
  }
  const source = { path, text };
  if (!loadsCache(source, target)) plan.splice(path, importFirst(source, target, project));
}

function firstLineByHand({ project }: RetrofitContext, target: string): ManualStep {
  const path = `./${target.replace(/\.ts$/, '.js')}`;
  return {
    title: 'Load the cache in the first line of the file that starts the program, by its path from there',
    snippet: project.moduleSystem === 'esm' ? `import '${path}';` : `require('${withoutExtension(path)}');`,
  };
}
