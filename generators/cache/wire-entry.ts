import type { RetrofitContext } from '../../src/capability/capability.js';
import { importFirst } from './imports.js';

/**
 * Loads the cache before the rest of the program, because it has to see the database driver before the first
 * connection is made.
 */
export function wireEntry(context: RetrofitContext, target: string): void {
  const file = context.project.entry ?? context.facts.app?.file;
  const source = file === undefined ? undefined : context.workspace.read(file);
  if (file === undefined || source === undefined) {
    context.plan.addStep({
      title: `Load ${target} before anything else in the file that starts the program`,
      snippet: `import '${target}' (or require)`,
    });
    return;
  }
  const splice = importFirst(source.text, file, target, context.project);
  if (!source.text.includes(splice.text.trim())) context.plan.splice(file, splice);
}
