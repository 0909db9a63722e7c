import { posix } from 'node:path';
import { type ImportSite, importSite } from '../../src/analysis/import-site.js';
import { loadsForEffect, localNameOf } from '../../src/analysis/written-imports.js';
import { withoutExtension } from '../../src/dialect/to-commonjs.js';
import type { Splice } from '../../src/plan/plan.js';
import type { ProjectFacts } from '../../src/project/project-facts.js';

/** A file of the repository as the analysis saw it. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** A line that imports `cache` (under the name `local`) from `target`, placed behind the file's other imports. */
export function importCache(
  { path, text }: SourceFile,
  target: string,
  project: ProjectFacts,
  use: { readonly local: string; readonly before: number },
): Splice {
  const site = importSite(text, path, project.moduleSystem, use.before);
  const specifier = quoted(specifierFor(path, target, site, project), site);
  const end = site.semicolon ? ';' : '';
  const line =
    site.moduleSystem === 'esm'
      ? `import { ${named('cache', use.local, ' as ')} } from ${specifier}${end}`
      : `const { ${named('cache', use.local, ': ')} } = require(${specifier})${end}`;
  return insertLine(site, line);
}

/** A line that loads `target` before anything else of the file does. */
export function importFirst({ path, text }: SourceFile, target: string, project: ProjectFacts): Splice {
  const site = importSite(text, path, project.moduleSystem);
  const specifier = quoted(specifierFor(path, target, site, project), site);
  const end = site.semicolon ? ';' : '';
  const line = site.moduleSystem === 'esm' ? `import ${specifier}${end}` : `require(${specifier})${end}`;
  return { start: site.first, end: site.first, text: `${line}${site.lineEnding}` };
}

/** The expression by which the file reaches `cache` of `target` already, if it does. */
export function importedCache({ path, text }: SourceFile, target: string): string | undefined {
  return localNameOf(text, path, 'cache', (specifier) => leadsTo(target, path, specifier));
}

/** Whether the file loads `target` for its effect. */
export function loadsCache({ path, text }: SourceFile, target: string): boolean {
  return loadsForEffect(text, path, (specifier) => leadsTo(target, path, specifier));
}

/** Whether the file can have such an import: not every Node that the packages support lets `require` load ES modules. */
export function canImport(path: string, { moduleSystem }: ProjectFacts): boolean {
  return moduleSystem === 'commonjs' || !/\.c[jt]s$/.test(path);
}

function leadsTo(target: string, file: string, specifier: string): boolean {
  return stem(posix.join(posix.dirname(file), specifier)) === stem(target);
}

function stem(path: string): string {
  return path.replace(/\.[cm]?[jt]s$/, '').replace(/\/(index)?$/, '');
}

/** What an import in `file` calls the module `target` (root-relative, as emitted). */
function specifierFor(file: string, target: string, site: ImportSite, project: ProjectFacts): string {
  const relative = posix.relative(posix.dirname(file), target).replace(/\.ts$/, '.js');
  const dotted = relative.startsWith('.') ? relative : `./${relative}`;
  const keepsExtension =
    site.moduleSystem === 'esm' && (project.language === 'js' || project.importExtensions);
  return keepsExtension ? dotted : withoutExtension(dotted);
}

function insertLine(site: ImportSite, line: string): Splice {
  if (site.afterImports === undefined) {
    return { start: site.first, end: site.first, text: `${line}${site.lineEnding}` };
  }
  return { start: site.afterImports, end: site.afterImports, text: `${site.lineEnding}${line}` };
}

function quoted(specifier: string, site: ImportSite): string {
  return `${site.quote}${specifier}${site.quote}`;
}

function named(name: string, local: string, separator: string): string {
  return name === local ? name : `${name}${separator}${local}`;
}
