import type { PackageManager } from './project-facts.js';

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
