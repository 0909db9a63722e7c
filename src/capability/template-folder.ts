import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { versions } from '../../generators/versions.js';
import type { RenderContext } from './capability.js';

type Template = (context: RenderContext, options: { readonly data: object }) => string;
type Handlebars = typeof import('handlebars');

const HANDLEBARS = '.hbs';
const root = findTemplates(dirname(fileURLToPath(import.meta.url)));
const compiled = new Map<string, Template>();
let handlebars: Handlebars | undefined;

/**
 * Renders `templates/<folder>` for a project: paths of the project with their contents. `.hbs` files are templates, all
 * others are taken as they are; `dot-gitignore` becomes `.gitignore`. A template that renders to nothing emits no file.
 */
export function renderFolder(folder: string, context: RenderContext): Map<string, string> {
  const files = new Map<string, string>();
  for (const path of templateFiles(folder)) {
    const content = renderFile(join(root, folder, path), context);
    if (content.trim() !== '') files.set(emittedPath(path), content);
  }
  return files;
}

function renderFile(file: string, context: RenderContext): string {
  if (!file.endsWith(HANDLEBARS)) return readFileSync(file, 'utf8');
  return template(file)(context, { data: { slots: context.slots } });
}

/** Slash-separated paths of a template folder, sorted. */
function templateFiles(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(join(root, folder).length + 1)
        .replaceAll('\\', '/'),
    )
    .sort();
}

/** npm leaves `.gitignore` out of packages and renames others, hence the prefix. */
function emittedPath(path: string): string {
  const name = path.endsWith(HANDLEBARS) ? path.slice(0, -HANDLEBARS.length) : path;
  return name.replace(/(^|\/)dot-/, '$1.');
}

function template(file: string): Template {
  const known = compiled.get(file);
  if (known !== undefined) return known;
  handlebars ??= createHandlebars();
  const made: Template = handlebars.compile(readFileSync(file, 'utf8'), { noEscape: true, strict: true });
  compiled.set(file, made);
  return made;
}

/** An instance of our own, so that nothing is registered in the one that plop and the user's plopfile share. */
function createHandlebars(): Handlebars {
  // One file loads in a third of the time of the package's entry point, and only where something is rendered.
  const library: Handlebars = createRequire(import.meta.url)('handlebars/dist/cjs/handlebars.js').default;
  const own = library.create();
  own.registerHelper(
    'slot',
    (name: string, options: Handlebars.HelperOptions) => options.data.slots[name] ?? [],
  );
  own.registerHelper('imports', (name: string, options: Handlebars.HelperOptions) =>
    (options.data.slots[name] ?? []).toSorted(bySpecifier),
  );
  own.registerHelper('join', (lines: readonly string[], separator: string) => lines.join(separator));
  own.registerHelper('indent', (text: string, width: number) => text.replace(/^(?=.)/gm, ' '.repeat(width)));
  own.registerHelper('version', (name: keyof typeof versions) => versions[name].replace('^', ''));
  return own;
}

/** The order in which formatters keep relative imports: those from farther away first. */
function bySpecifier(a: string, b: string): number {
  const [left, right] = [a, b].map((line) => line.slice(line.lastIndexOf(' from ')));
  return left === right ? 0 : (left ?? '') < (right ?? '') ? -1 : 1;
}

/** The package's `templates` folder, whether this runs from `src/`, `dist/src/` or an installed package. */
function findTemplates(from: string): string {
  const candidate = join(from, 'templates');
  if (existsSync(candidate)) return candidate;
  const parent = dirname(from);
  if (parent === from) throw new Error('The templates of this package are missing.');
  return findTemplates(parent);
}
