import type { PackageManager } from './project-facts.js';
import type { Workspace } from './workspace.js';

export const PACKAGE_MANAGERS: readonly PackageManager[] = ['npm', 'pnpm', 'yarn', 'bun'];

/** The package manager that started this process (`npm create`, `pnpm create`, ...); npm when none says so. */
export function packageManagerOfProcess(env: Readonly<NodeJS.ProcessEnv>): PackageManager {
  const started = env.npm_config_user_agent?.split('/')[0];
  return PACKAGE_MANAGERS.find((name) => name === started) ?? 'npm';
}

/** What a person types to run a package script: `npm run dev`, `yarn dev`. */
export function runScript(manager: PackageManager, script: string): string {
  return manager === 'yarn' || manager === 'pnpm' ? `${manager} ${script}` : `${manager} run ${script}`;
}

const LOCK_FILES: readonly (readonly [file: string, manager: PackageManager])[] = [
  ['pnpm-lock.yaml', 'pnpm'],
  ['yarn.lock', 'yarn'],
  ['bun.lock', 'bun'],
  ['bun.lockb', 'bun'],
];

/** The package manager whose lock file lies in the repository; npm when none does. */
export function packageManagerOf(workspace: Pick<Workspace, 'exists'>): PackageManager {
  return LOCK_FILES.find(([file]) => workspace.exists(file))?.[1] ?? 'npm';
}
