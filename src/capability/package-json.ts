import { type PackageName, versions } from '../../generators/versions.js';
import type { Capability } from './capability.js';

const NODE_RANGE = '>=20.19';

/** The package.json of a new project with these capabilities. */
export function renderPackageJson(name: string, chosen: readonly Capability[]): string {
  const content = {
    name,
    version: '0.1.0',
    private: true,
    type: 'module',
    engines: { node: NODE_RANGE },
    scripts: Object.assign({}, ...chosen.map(({ scripts }) => scripts)),
    dependencies: ranges(chosen.flatMap(({ packages }) => packages)),
    devDependencies: ranges(chosen.flatMap(({ devPackages }) => devPackages)),
  };
  return `${JSON.stringify(content, null, 2)}\n`;
}

/** Ranges by package name, sorted as npm sorts them. */
function ranges(names: readonly PackageName[]): Record<string, string> {
  const sorted = [...new Set(names)].sort((a, b) => a.localeCompare(b, 'en'));
  return Object.fromEntries(sorted.map((name) => [name, versions[name]]));
}
