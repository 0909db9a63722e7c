import { posix } from 'node:path';
import { type ImportSite, importSite } from '../../src/analysis/import-site.js';
import { withoutExtension } from '../../src/dialect/to-commonjs.js';
import type { Splice } from '../../src/plan/plan.js';
import type { ProjectFacts } from '../../src/project/project-facts.js';

/** What an import in `file` calls the module `target` (root-relative, as emitted). */
function specifierFor(file: string, target: string, site: ImportSite, project: ProjectFacts): string {
  const relative = posix.relative(posix.dirname(file), target).replace(/\.ts$/, '.js');
  const dotted = relative.startsWith('.') ? relative : `./${relative}`;
  const keepsExtension =
    site.moduleSystem === 'esm' && (project.language === 'js' || project.importExtensions);
  return keepsExtension ? dotted : withoutExtension(dotted);
}

/** A line that imports `cache` (under the name `local`) from `target`, placed behind the file's other imports. */
export function importCache(
  text: string,
  file: string,
  target: string,
  project: ProjectFacts,
  use: { readonly local: string; readonly before: number },
): Splice {
  const site = importSite(text, file, project.moduleSystem, use.before);
  const specifier = quoted(specifierFor(file, target, site, project), site);
  const end = site.semicolon ? ';' : '';
  const line =
    site.moduleSystem === 'esm'
      ? `import { ${named('cache', use.local, ' as ')} } from ${specifier}${end}`
      : `const { ${named('cache', use.local, ': ')} } = require(${specifier})${end}`;
  return insertLine(site, line);
}

/** A line that loads `target` before anything else of the file does. */
export function importFirst(text: string, file: string, target: string, project: ProjectFacts): Splice {
  const site = importSite(text, file, project.moduleSystem);
  const specifier = quoted(specifierFor(file, target, site, project), site);
  const end = site.semicolon ? ';' : '';
  const line = site.moduleSystem === 'esm' ? `import ${specifier}${end}` : `require(${specifier})${end}`;
  return { start: site.first, end: site.first, text: `${line}${site.lineEnding}` };
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
