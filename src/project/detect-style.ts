import { parse } from 'jsonc-parser';
import type { CodeStyle } from './project-facts.js';
import type { Workspace } from './workspace.js';

const SAMPLE = 150;
const DEFAULTS: CodeStyle = {
  quotes: 'single',
  semicolons: true,
  indent: '  ',
  lineEnding: '\n',
  trailingCommas: true,
};

/**
 * The style of a repository: what its Prettier options (JSON only: a configuration that is code is not run) and
 * `.editorconfig` say; otherwise what most of the sources do.
 */
export function detectStyle(
  workspace: Workspace,
  sources: readonly string[],
  prettierField: unknown,
): CodeStyle {
  const texts = sources.slice(0, SAMPLE).map((path) => workspace.read(path)?.text ?? '');
  return {
    ...observed(texts),
    ...fromEditorConfig(workspace.read('.editorconfig')?.text ?? ''),
    ...fromPrettier(prettierOptions(workspace, prettierField)),
  };
}

type StyleParts = { -readonly [K in keyof CodeStyle]?: CodeStyle[K] };

function observed(texts: readonly string[]): CodeStyle {
  return {
    quotes: majority(texts, /'[^'"\n]*'/g, /"[^'"\n]*"/g, DEFAULTS.quotes === 'single') ? 'single' : 'double',
    semicolons: majority(
      texts,
      /;[ \t]*\r?$/gm,
      /^[ \t]*(?:const|let|var|return|import|await)\b.*[\w)'"`\]}][ \t]*\r?$/gm,
      DEFAULTS.semicolons,
    ),
    indent: mostUsedIndent(texts) ?? DEFAULTS.indent,
    lineEnding: majority(texts, /\r\n/g, /(?<!\r)\n/g, false) ? '\r\n' : '\n',
    trailingCommas: majority(
      texts,
      /,[ \t]*\r?\n[ \t]*[}\]]/g,
      /^[ \t]*[\w'"]+(?::[^{};\n]*[^{};,\s])?[ \t]*\r?\n[ \t]*[}\]]/gm,
      DEFAULTS.trailingCommas,
    ),
  };
}

/** Whether `one` occurs more often than `other`; a tie is `otherwise`. */
function majority(texts: readonly string[], one: RegExp, other: RegExp, otherwise: boolean): boolean {
  const count = (pattern: RegExp): number =>
    texts.reduce((sum, text) => sum + (text.match(pattern)?.length ?? 0), 0);
  const [ones, others] = [count(one), count(other)];
  return ones === others ? otherwise : ones > others;
}

/** The step from a line that opens a bracket to the next. */
function mostUsedIndent(texts: readonly string[]): string | undefined {
  const counts = new Map<string, number>();
  for (const text of texts) {
    for (const [, outer = '', inner = ''] of text.matchAll(/^([ \t]*)\S.*[{[(][ \t]*\r?\n([ \t]+)\S/gm)) {
      if (!inner.startsWith(outer) || inner.length === outer.length) continue;
      const step = inner.slice(outer.length);
      counts.set(step, (counts.get(step) ?? 0) + 1);
    }
  }
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0];
}

function prettierOptions(workspace: Workspace, field: unknown): Record<string, unknown> {
  const text = workspace.read('.prettierrc')?.text ?? workspace.read('.prettierrc.json')?.text;
  const options: unknown = text === undefined ? field : parse(text);
  return typeof options === 'object' && options !== null ? { ...options } : {};
}

function fromPrettier({
  singleQuote,
  semi,
  useTabs,
  tabWidth,
  endOfLine,
  trailingComma,
}: Record<string, unknown>): StyleParts {
  const style: StyleParts = {};
  if (typeof singleQuote === 'boolean') style.quotes = singleQuote ? 'single' : 'double';
  if (typeof semi === 'boolean') style.semicolons = semi;
  if (useTabs === true) style.indent = '\t';
  else if (typeof tabWidth === 'number') style.indent = ' '.repeat(tabWidth);
  if (endOfLine === 'lf') style.lineEnding = '\n';
  if (endOfLine === 'crlf') style.lineEnding = '\r\n';
  if (typeof trailingComma === 'string') style.trailingCommas = trailingComma !== 'none';
  return style;
}

/** The properties of the sections that cover JavaScript or TypeScript files. */
function fromEditorConfig(text: string): StyleParts {
  const properties = new Map<string, string>();
  let covered = false;
  for (const line of text.split(/\r?\n/)) {
    const section = /^\s*\[(.+)\]\s*$/.exec(line)?.[1];
    if (section !== undefined) covered = section === '*' || /\b[jt]s\b/.test(section);
    const [, key, value] = /^\s*([\w-]+)\s*=\s*([\w-]+)\s*$/.exec(line) ?? [];
    if (covered && key !== undefined && value !== undefined)
      properties.set(key.toLowerCase(), value.toLowerCase());
  }
  return fromProperties(properties);
}

function fromProperties(properties: ReadonlyMap<string, string>): StyleParts {
  const style: StyleParts = {};
  const size = Number(properties.get('indent_size') ?? properties.get('tab_width'));
  if (properties.get('indent_style') === 'tab') style.indent = '\t';
  else if (Number.isInteger(size) && size > 0) style.indent = ' '.repeat(size);
  const ending = properties.get('end_of_line');
  if (ending === 'lf' || ending === 'crlf') style.lineEnding = ending === 'lf' ? '\n' : '\r\n';
  return style;
}
