import type { RouteVerdict } from '../capability/capability.js';
import type { ManualStep, Plan } from '../plan/plan.js';
import type { CommandResult } from './result.js';
import type { Style } from './style.js';
import { printable, renderTable } from './table.js';

/** What a person decides on before an apply: the diff, the verdict of every route, steps and warnings. */
export function renderPreview(result: CommandResult, style: Style): string {
  return sections([
    result.diff === undefined ? '' : colorDiff(withoutNewFiles(result.diff), style),
    renderRoutes(result.routes ?? [], style),
    ...renderNotes(result.plan, style),
  ]);
}

/** What happened and what to type next. */
export function renderResult(result: CommandResult, style: Style): string {
  const preview =
    result.status === 'planned' ? [renderPreview(result, style)] : renderNotes(result.plan, style);
  return sections([
    ...preview,
    renderCapabilities(result),
    renderSummary(result, style),
    result.incomplete === undefined ? '' : `${style.yellow('incomplete:')} ${result.incomplete}\n`,
    result.next.length === 0 ? '' : list(style.bold('Next:'), result.next),
  ]);
}

function renderSummary(result: CommandResult, style: Style): string {
  const paint = result.status === 'done' ? style.green : style.bold;
  return list(paint(result.summary), changedFiles(result));
}

function changedFiles(result: CommandResult): readonly string[] {
  if (result.restored !== undefined) return result.restored;
  if (result.status !== 'planned' && result.command === 'create') return [];
  const changes = result.plan?.changes ?? [];
  const paths = (kind: string) => changes.filter((change) => change.kind === kind).map(({ path }) => path);
  return [
    ...paths('edit').map((path) => `edit   ${path}`),
    ...groupByFolder(paths('create')).map((entry) => `create ${entry}`),
  ];
}

/** Files by name, but folders that receive several as a count: runtime code is dozens of files. */
function groupByFolder(paths: readonly string[]): readonly string[] {
  const folders = new Map<string, string[]>();
  for (const path of paths) {
    const folder = path.slice(0, path.lastIndexOf('/') + 1);
    folders.set(folder, [...(folders.get(folder) ?? []), path]);
  }
  return [...folders].flatMap(([folder, inside]) =>
    folder === '' || inside.length === 1 ? inside : [`${folder} (${inside.length} files)`],
  );
}

function renderRoutes(routes: readonly RouteVerdict[], style: Style): string {
  if (routes.length === 0) return '';
  const head = ['METHOD', 'PATH', 'VERDICT', 'BEFORE', 'REASON', 'AT'];
  const rows = routes.map((route) => [
    route.method.toUpperCase(),
    route.path,
    route.verdict,
    shorten(route.before ?? '-'),
    route.reason,
    `${route.file}:${route.line}`,
  ]);
  const [first = '', ...rest] = renderTable([head, ...rows]).split('\n');
  return [style.bold(first), ...rest].join('\n');
}

function renderCapabilities({ capabilities = [] }: CommandResult): string {
  return renderTable(
    capabilities.map(({ id, summary, present }) => [id, present ? 'present' : '-', summary]),
  );
}

function renderNotes(plan: Plan | undefined, style: Style): readonly string[] {
  if (plan === undefined) return [];
  const warnings = plan.warnings
    .map((warning) => `${style.yellow('warning:')} ${printable(warning)}\n`)
    .join('');
  const steps = plan.steps.map((step) => renderStep(step, style)).join('');
  return [warnings, steps === '' ? '' : `${style.bold('Left for you:')}\n${steps}`];
}

function renderStep({ title, path, line, snippet }: ManualStep, style: Style): string {
  const place = path === undefined ? '' : ` ${style.dim(line === undefined ? path : `${path}:${line}`)}`;
  const code = snippet === undefined ? '' : snippet.trimEnd().replace(/^/gm, '      ').concat('\n');
  return `  - ${printable(title)}${place}\n${code}`;
}

/** New files are listed, not shown: their lines would bury the edits. */
function withoutNewFiles(diff: string): string {
  const files = diff.split(/^(?=diff --git )/m);
  return files.filter((file) => !/^new file mode /m.test(file.split('\n@@', 1)[0] ?? '')).join('');
}

function colorDiff(diff: string, style: Style): string {
  return diff
    .split('\n')
    .map((line) => {
      if (line.startsWith('+++') || line.startsWith('---')) return style.bold(line);
      if (line.startsWith('@@')) return style.cyan(line);
      if (line.startsWith('+')) return style.green(line);
      return line.startsWith('-') ? style.red(line) : line;
    })
    .join('\n');
}

function shorten(text: string, limit = 40): string {
  return text.length > limit ? `${text.slice(0, limit - 3)}...` : text;
}

function list(title: string, lines: readonly string[]): string {
  return `${title}\n${lines.map((line) => `  ${line}\n`).join('')}`;
}

/** Non-empty parts, one blank line apart. */
function sections(parts: readonly string[]): string {
  return parts
    .filter((part) => part.trim() !== '')
    .map((part) => (part.endsWith('\n') ? part : `${part}\n`))
    .join('\n');
}
