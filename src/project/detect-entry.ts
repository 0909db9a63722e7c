import { posix } from 'node:path';
import { parse } from 'jsonc-parser';
import type { PackageJson } from './detect-package.js';
import type { Workspace } from './workspace.js';

const SCRIPTS = ['start', 'dev', 'start:dev', 'serve', 'server', 'develop', 'start:prod', 'watch'];
const RUNS_SCRIPT = /\b(?:npm(?:\s+run)?|yarn(?:\s+run)?|pnpm(?:\s+run)?|bun\s+run)\s+([\w:.-]+)/;
const EXTENSIONS = ['', '.js', '.ts', '.mjs', '.cjs', '.mts', '.cts', '/index.js', '/index.ts'];
const NAMES = ['server', 'index', 'app', 'main'];
const CUSTOMARY = ['', 'src/', 'server/', 'backend/', 'api/'].flatMap((folder) =>
  NAMES.map((name) => folder + name),
);
const NOT_A_PROGRAM =
  /^(-|\w+=)|^(node|nodemon|ts-node|ts-node-dev|tsx|babel-node|pm2|cross-env|start|watch|run|npx|bun|tsnd)$/;
const CONFIG = /\.config\.|\.json$|^\.\w|register/;
/** Options whose value is a path, but not the program's. */
const OPTION_WITH_PATH =
  /\s(?:--(?:watch|ignore|ext|require|import|loader|env-file|project|config)|-[werip])[ =]\S+/g;

/** The file that starts the server, from the scripts, `main` and customary names; for TypeScript the source of the output. */
export function detectEntry(workspace: Workspace, manifest: PackageJson): string | undefined {
  const scripts = manifest.scripts ?? {};
  for (const name of SCRIPTS) {
    const found = fromScript(workspace, manifest, name, []);
    if (found !== undefined && scripts[name] !== undefined) return found;
  }
  const main = manifest.main === undefined ? undefined : sourceFile(workspace, manifest.main);
  return (
    main ??
    fromPm2(workspace) ??
    CUSTOMARY.map((path) => sourceFile(workspace, path)).find((path) => path !== undefined)
  );
}

function fromScript(
  workspace: Workspace,
  manifest: PackageJson,
  name: string,
  seen: readonly string[],
): string | undefined {
  const command = manifest.scripts?.[name];
  if (command === undefined || seen.includes(name)) return undefined;
  for (const part of command.split(/&&|\|\||;|\s&\s/)) {
    const found = fromCommand(workspace, manifest, part, [...seen, name]);
    if (found !== undefined) return found;
  }
  return undefined;
}

function fromCommand(
  workspace: Workspace,
  manifest: PackageJson,
  command: string,
  seen: readonly string[],
): string | undefined {
  const words = command
    .replace(/["'\\]/g, ' ')
    .replace(OPTION_WITH_PATH, '')
    .trim()
    .split(/\s+/);
  const file = words
    .filter((word) => !NOT_A_PROGRAM.test(word) && !CONFIG.test(word))
    .map((word) => sourceFile(workspace, word));
  const direct = file.find((path) => path !== undefined);
  if (direct !== undefined) return direct;
  if (words.includes('pm2')) return fromPm2(workspace);
  const main = sourceFile(workspace, manifest.main ?? 'index');
  if (words.includes('nodemon')) return fromNodemon(workspace) ?? main;
  if (/\bnode\s+\.(\s|$)/.test(command)) return main;
  const other = RUNS_SCRIPT.exec(command)?.[1];
  return other === undefined ? undefined : fromScript(workspace, manifest, other, seen);
}

function fromNodemon(workspace: Workspace): string | undefined {
  const text = workspace.read('nodemon.json')?.text ?? '';
  return text
    .split(/[\s"']+/)
    .filter((word) => /\.[cm]?[jt]s$/.test(word))
    .map((word) => sourceFile(workspace, word))
    .find((path) => path !== undefined);
}

/** `script` of a pm2 configuration, found as text: a configuration that is code is not run. */
function fromPm2(workspace: Workspace): string | undefined {
  for (const file of workspace
    .files()
    .filter((path) => /^(ecosystem|pm2|process)[\w.]*\.(json|c?js)$/.test(path))) {
    const script = /["']?script["']?\s*:\s*["'`]([^"'`]+)/.exec(workspace.read(file)?.text ?? '')?.[1];
    const found = script === undefined ? undefined : sourceFile(workspace, script);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** An existing source for a path as written: extensions and index files are tried, and the source of a compiler's output. */
function sourceFile(workspace: Workspace, written: string): string | undefined {
  const path = posix.normalize(written).replace(/\/$/, '');
  if (!/^[\w@.][\w@./-]*$/.test(path) || path === '.' || path.startsWith('..')) return undefined;
  const candidates = [...sourcesOfOutput(workspace, path), path];
  return candidates
    .flatMap((candidate) => EXTENSIONS.map((extension) => candidate + extension))
    .find((candidate) => isProgram(candidate) && workspace.exists(candidate));
}

function isProgram(path: string): boolean {
  return /\.[cm]?[jt]s$/.test(path) || /^bin\/\w+$/.test(path);
}

/** `dist/server.js` is made of `src/server.ts`, by the folders that tsconfig.json names, or customary ones. */
function sourcesOfOutput(workspace: Workspace, path: string): string[] {
  const config = parse(workspace.read('tsconfig.json')?.text ?? '{}', [], { allowTrailingComma: true });
  const { outDir = 'dist', rootDir = 'src' } = config?.compilerOptions ?? {};
  const outputs = [posix.normalize(outDir), 'dist', 'build', 'lib', 'out'];
  const output = outputs
    .find((folder) => path.startsWith(`${folder.replace(/\/$/, '')}/`))
    ?.replace(/\/$/, '');
  if (output === undefined) return [];
  const inside = path.slice(output.length + 1);
  const stem = inside.replace(/\.[cm]?js$/, '');
  return [posix.join(rootDir, stem), stem, posix.join('src', stem)].flatMap((base) => [
    `${base}.ts`,
    `${base}.mts`,
    `${base}.js`,
  ]);
}
