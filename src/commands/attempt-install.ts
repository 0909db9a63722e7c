import type { PackageManager } from '../project/project-facts.js';
import type { Io } from './io.js';
import type { Services } from './services.js';

/** The package manager could not install; the project's own files are not affected. */
export class InstallFailure extends Error {}

/** Installs; what a person has to know when that failed. The files are complete either way. */
export async function attemptInstall(
  root: string,
  manager: PackageManager,
  io: Io,
  services: Services,
): Promise<string | undefined> {
  try {
    await services.install(root, manager, io);
    return undefined;
  } catch (error) {
    if (!(error instanceof InstallFailure)) throw error;
    return `${error.message}. All files are written; run \`${manager} install\` when that is solved.`;
  }
}
