import { detectEntry } from './detect-entry.js';
import { detectImportExtensions, detectLanguage, detectModuleSystem } from './detect-language.js';
import { readPackageJson } from './detect-package.js';
import { detectStyle } from './detect-style.js';
import type { PackageManager, ProjectFacts } from './project-facts.js';
import type { Workspace } from './workspace.js';

const LOCK_FILES: readonly [string, PackageManager][] = [
  ['pnpm-lock.yaml', 'pnpm'],
  ['yarn.lock', 'yarn'],
  ['bun.lock', 'bun'],
  ['bun.lockb', 'bun'],
  ['package-lock.json', 'npm'],
];
const SOURCE = /\.[cm]?[jt]sx?$/;
const NOT_SOURCE =
  /(^|\/)(public|static|vendor|migrations|client|frontend)\/|\.(d|min|config|test|spec)\.[cm]?[jt]sx?$|(^|\/)\.[^/]+$/;
const ENV_EXAMPLE =
  /(^|\/)(\.env[._-](example|sample|template|dist|default)s?|(example|sample|template)\.env|[\w-]+\.env\.(example|sample|template|env)|env\.example)$/i;

/**
 * Reads what a repository is from its files; runs nothing.
 * Throws `UserError` when package.json is missing or not valid JSON (with the line).
 */
export function detectProject(workspace: Workspace): ProjectFacts {
  const manifest = readPackageJson(workspace);
  const sources = workspace.files().filter((path) => SOURCE.test(path) && !NOT_SOURCE.test(path));
  const entry = detectEntry(workspace, manifest);
  const sourceRoot = detectSourceRoot(entry, sources);
  const own = sources.filter((path) => sourceRoot === '.' || path.startsWith(`${sourceRoot}/`));
  const language = detectLanguage(entry, own);
  return {
    name: manifest.name ?? 'app',
    packageManager: detectPackageManager(workspace, manifest.packageManager),
    moduleSystem: detectModuleSystem(workspace, { manifest, language, entry, sources: own }),
    language,
    style: detectStyle(workspace, own, manifest.prettier),
    sourceRoot,
    entry,
    dependencies: { ...manifest.devDependencies, ...manifest.dependencies },
    importExtensions: language === 'ts' && detectImportExtensions(workspace, own),
    envExample: detectEnvExample(workspace),
  };
}

function detectPackageManager(workspace: Workspace, declared: string | undefined): PackageManager {
  const byLock = LOCK_FILES.find(([file]) => workspace.exists(file))?.[1];
  const byField = LOCK_FILES.find(([, manager]) => declared?.startsWith(`${manager}@`))?.[1];
  return byLock ?? byField ?? 'npm';
}

/** The entry's top folder; for an entry at the root, `src` when most sources lie there. */
function detectSourceRoot(entry: string | undefined, sources: readonly string[]): string {
  const [folder = '.', ...rest] = entry?.split('/') ?? [];
  if (rest.length > 0 && folder !== 'bin') return folder;
  const inSrc = sources.filter((path) => path.startsWith('src/')).length;
  return inSrc > sources.length / 2 ? 'src' : '.';
}

/** The one nearest to the root. */
function detectEnvExample(workspace: Workspace): string | undefined {
  const found = workspace.files().filter((path) => ENV_EXAMPLE.test(path));
  return found.sort((a, b) => a.split('/').length - b.split('/').length || a.length - b.length)[0];
}
