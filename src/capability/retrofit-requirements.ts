import { parse } from 'jsonc-parser';
import { oldestSupported } from '../../generators/versions.js';
import { UserError } from '../errors.js';
import type { ProjectFacts } from '../project/project-facts.js';
import type { Workspace } from '../project/workspace.js';

/**
 * Throws `UserError` for a repository in which emitted code would not start: it keeps the versions that it has, and what
 * its compiler makes of a `Map` or a class for ES5 is something else.
 */
export function refuseUnsupported(project: ProjectFacts, workspace: Workspace): void {
  for (const [name, oldest] of Object.entries(oldestSupported)) {
    const range = project.dependencies[name];
    if (range === undefined || reaches(range, oldest)) continue;
    throw new UserError(`${name} ${range} is too old: ${oldest} or later is needed.`, {
      where: 'package.json',
      hint: `Update ${name}, and run the command again.`,
    });
  }
  if (project.language === 'ts' && compilesToEs5(workspace)) {
    throw new UserError('The compiler option "target" asks for ES5, for which the code cannot be compiled.', {
      where: 'tsconfig.json',
      hint: 'Set it to es2018 or later, which every Node.js in use runs, and run the command again.',
    });
  }
}

/** Whether a range lets a package manager install `oldest` or later; what is not a version (`latest`, a URL) may. */
function reaches(range: string, oldest: string): boolean {
  const [, operator, major, minor = 0] = /^\s*([\^~>=v]*)\s*(\d+)(?:\.(\d+))?/.exec(range) ?? [];
  if (major === undefined || operator?.includes('>')) return true;
  const [oldestMajor = 0, oldestMinor = 0] = oldest.split('.').map(Number);
  if (Number(major) !== oldestMajor) return Number(major) > oldestMajor;
  return operator?.includes('^') || Number(minor) >= oldestMinor;
}

function compilesToEs5(workspace: Workspace): boolean {
  const config = parse(workspace.read('tsconfig.json')?.text ?? '{}', [], { allowTrailingComma: true });
  return /^es[35]$/i.test(String(config?.compilerOptions?.target));
}
