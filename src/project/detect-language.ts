import { parse } from 'jsonc-parser';
import type { PackageJson } from './detect-package.js';
import type { Language, ModuleSystem } from './project-facts.js';
import type { Workspace } from './workspace.js';

const SAMPLE = 200;
const IMPORT = /^\s*(?:import\s[^(]|import\s*["'{*]|export\s)/m;
const REQUIRE = /\brequire\s*\(|\bmodule\.exports\b|^\s*exports\.\w+\s*=/m;
const RELATIVE_IMPORT = /(?:from\s+|import\s+)(["'])(\.{1,2}\/[^"']+)\1/g;

export function detectLanguage(entry: string | undefined, sources: readonly string[]): Language {
  if (entry !== undefined && /\.[cm]?ts$/.test(entry)) return 'ts';
  const typescript = sources.filter((path) => /\.[cm]?tsx?$/.test(path)).length;
  return typescript > sources.length / 2 ? 'ts' : 'js';
}

interface ModuleQuestion {
  readonly manifest: PackageJson;
  readonly language: Language;
  readonly entry: string | undefined;
  readonly sources: readonly string[];
}

/**
 * What Node runs as `.js`: by `type`, the entry's extension, and for TypeScript the `module` option; else what most sources
 * use.
 */
export function detectModuleSystem(
  workspace: Workspace,
  { manifest, language, entry, sources }: ModuleQuestion,
): ModuleSystem {
  if (/\.m[jt]s$/.test(entry ?? '')) return 'esm';
  if (language === 'js' && manifest.type === 'module') return 'esm';
  if (/\.c[jt]s$/.test(entry ?? '')) return 'commonjs';
  if (language === 'ts') {
    const module = compilerModule(workspace);
    if (module === 'commonjs') return 'commonjs';
    if (module !== undefined && /^(es\d*|esnext|preserve)/.test(module)) return 'esm';
    return manifest.type === 'module' ? 'esm' : 'commonjs';
  }
  return mostlyImports(workspace, sources) ? 'esm' : 'commonjs';
}

function compilerModule(workspace: Workspace): string | undefined {
  const config = parse(workspace.read('tsconfig.json')?.text ?? '{}', [], { allowTrailingComma: true });
  const module: unknown = config?.compilerOptions?.module;
  return typeof module === 'string' ? module.toLowerCase() : undefined;
}

/** A transpiled repository: `import` without `"type": "module"`. */
function mostlyImports(workspace: Workspace, sources: readonly string[]): boolean {
  const texts = sources.slice(0, SAMPLE).map((path) => workspace.read(path)?.text ?? '');
  const requiring = texts.filter((text) => REQUIRE.test(text)).length;
  return texts.filter((text) => IMPORT.test(text) && !REQUIRE.test(text)).length > requiring;
}

export function detectImportExtensions(workspace: Workspace, sources: readonly string[]): boolean {
  let written = 0;
  let omitted = 0;
  for (const path of sources.slice(0, SAMPLE)) {
    for (const [, , specifier = ''] of (workspace.read(path)?.text ?? '').matchAll(RELATIVE_IMPORT)) {
      if (/\.[cm]?[jt]s$/.test(specifier)) written += 1;
      else omitted += 1;
    }
  }
  return written > omitted;
}
