import { posix } from 'node:path';
import { parse } from 'jsonc-parser';
import type { Workspace } from '../project/workspace.js';

const EXTENSIONS = ['.js', '.ts', '.mjs', '.cjs', '.mts', '.cts', '.jsx', '.tsx', '.json'];
/** TypeScript sources import their output's name. */
const SOURCE_OF: readonly [RegExp, string][] = [
  [/\.js$/, '.ts'],
  [/\.js$/, '.tsx'],
  [/\.mjs$/, '.mts'],
  [/\.cjs$/, '.cts'],
];

export type ModuleTarget =
  | { readonly kind: 'file'; readonly file: string }
  | { readonly kind: 'package'; readonly name: string }
  /** A path inside the repository that leads nowhere. */
  | { readonly kind: 'missing' };

interface PathAlias {
  readonly prefix: string;
  readonly suffix: string;
  readonly wildcard: boolean;
  readonly targets: readonly string[];
}

/** Finds the file that a module specifier means: extensions, index files, `.js` for `.ts`, simple tsconfig `paths`, `#imports`. */
export class ModulePaths {
  readonly #files: ReadonlySet<string>;
  readonly #aliases: readonly PathAlias[];
  readonly #baseUrl: string | undefined;

  constructor(workspace: Workspace) {
    this.#files = new Set(workspace.files());
    const options = compilerOptions(workspace);
    this.#baseUrl = options.baseUrl === undefined ? undefined : posix.normalize(options.baseUrl);
    this.#aliases = [...tsconfigAliases(options), ...packageImports(workspace)];
  }

  resolve(fromFile: string, specifier: string): ModuleTarget {
    if (/^\.{1,2}(\/|$)/.test(specifier)) {
      return this.#file(posix.join(posix.dirname(fromFile), specifier)) ?? { kind: 'missing' };
    }
    for (const alias of this.#aliases) {
      const found = this.#aliased(alias, specifier);
      if (found !== undefined) return found;
    }
    const rooted = this.#baseUrl === undefined ? undefined : this.#file(posix.join(this.#baseUrl, specifier));
    return rooted ?? { kind: 'package', name: specifier.replace(/^node:/, '') };
  }

  #aliased(alias: PathAlias, specifier: string): ModuleTarget | undefined {
    const middle = matchAlias(alias, specifier);
    if (middle === undefined) return undefined;
    for (const target of alias.targets) {
      const found = this.#file(posix.normalize(target.replace('*', () => middle)));
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #file(path: string): ModuleTarget | undefined {
    const outputs = SOURCE_OF.filter(([output]) => output.test(path)).map(([output, source]) =>
      path.replace(output, source),
    );
    const candidates = [
      path,
      ...outputs,
      ...EXTENSIONS.map((extension) => path + extension),
      ...EXTENSIONS.map((extension) => posix.join(path, `index${extension}`)),
    ];
    const file = candidates.find((candidate) => this.#files.has(candidate));
    return file === undefined ? undefined : { kind: 'file', file };
  }
}

interface CompilerOptions {
  readonly baseUrl?: string;
  readonly paths?: Readonly<Record<string, readonly string[]>>;
}

function compilerOptions(workspace: Workspace): CompilerOptions {
  const text = workspace.read('tsconfig.json')?.text ?? workspace.read('jsconfig.json')?.text;
  const config = text === undefined ? undefined : parse(text, [], { allowTrailingComma: true });
  return config?.compilerOptions ?? {};
}

function tsconfigAliases({ baseUrl = '.', paths = {} }: CompilerOptions): PathAlias[] {
  return Object.entries(paths).map(([pattern, targets]) =>
    pathAlias(
      pattern,
      targets.map((target) => posix.join(baseUrl, target)),
    ),
  );
}

function packageImports(workspace: Workspace): PathAlias[] {
  const imports = parse(workspace.read('package.json')?.text ?? '{}')?.imports ?? {};
  return Object.entries(imports).flatMap(([pattern, target]) =>
    typeof target === 'string' ? [pathAlias(pattern, [posix.normalize(target)])] : [],
  );
}

function pathAlias(pattern: string, targets: readonly string[]): PathAlias {
  const [prefix = '', suffix = ''] = pattern.split('*');
  return { prefix, suffix, wildcard: pattern.includes('*'), targets };
}

function matchAlias({ prefix, suffix, wildcard }: PathAlias, specifier: string): string | undefined {
  if (!wildcard) return specifier === prefix ? '' : undefined;
  const matches = specifier.startsWith(prefix) && specifier.endsWith(suffix);
  return matches ? specifier.slice(prefix.length, specifier.length - suffix.length) : undefined;
}
