import type { FileChange, Plan } from './plan.js';

/** A plan as `--json` shows it: every key is always present, in this order; paths sorted. */
export function planToJson(plan: Plan) {
  return {
    title: plan.title,
    changes: plan.changes.map(changeToJson),
    packages: plan.packages.map(({ name, version, dev }) => ({ name, version, dev })),
    scripts: plan.scripts,
    env: plan.env.map(({ name, example, help }) => ({ name, example, help })),
    steps: plan.steps.map(({ title, path = null, line = null, snippet = null }) => ({
      title,
      path,
      line,
      snippet,
    })),
    warnings: plan.warnings,
    capabilities: plan.manifest.capabilities,
  };
}

function changeToJson(change: FileChange) {
  if (change.kind === 'create') {
    const { kind, path, executable = false, content } = change;
    return { kind, path, executable, content };
  }
  const { kind, path, before, splices } = change;
  return { kind, path, before, splices: splices.map(({ start, end, text }) => ({ start, end, text })) };
}
