import { ts } from 'ts-morph';
import type { ModuleSystem } from '../project/project-facts.js';
import { parsed, type WrittenImport, writtenImports } from './written-imports.js';

/** Where and how a file takes one more import, in its own style. */
export interface ImportSite {
  /** Start of a line: an import inserted here runs before the file's other imports. */
  readonly first: number;
  /** End of a line: an import inserted here follows the others. Undefined when the file has none. */
  readonly afterImports: number | undefined;
  readonly quote: "'" | '"';
  readonly semicolon: boolean;
  readonly lineEnding: '\n' | '\r\n';
  readonly moduleSystem: ModuleSystem;
}

/** Instrumentation, polyfills and what teaches Node to load the other files have to run first and keep their place. */
const RUNS_FIRST =
  /^(reflect-metadata|newrelic|dd-trace|elastic-apm-node|@opentelemetry\/|@sentry\/|(@babel|babel-|core-js|regenerator-runtime|ts-node|@swc|@swc-node|sucrase|tsx|tsconfig-paths|module-alias)(\/|$)|babel-(register|polyfill)|esm$)|instrument|tracing/;

/**
 * Finds the import site of a file whose text parses. `before` bounds what counts as "after the imports": a CommonJS file
 * may require more below the place that uses the import.
 */
export function importSite(
  text: string,
  path: string,
  fallback: ModuleSystem,
  before = Infinity,
): ImportSite {
  const file = parsed(text, path);
  const imports = writtenImports(file);
  const last = imports.filter(({ statement }) => statement.end <= before).at(-1);
  const model = last ?? imports[0];
  const first = lineStart(text, firstStatement(file, imports)?.getStart(file) ?? text.length);
  const afterImports = last === undefined ? undefined : endOfLine(file, last.statement);
  const writesSemicolons = model === undefined || text[model.statement.end - 1] === ';';
  return {
    first,
    afterImports,
    quote: model !== undefined && text[model.specifier.getStart(file)] === '"' ? '"' : "'",
    semicolon: writesSemicolons || continuesLineBefore(file, first, afterImports),
    lineEnding: lineEndingAt(text, model?.statement.end ?? first),
    moduleSystem: moduleSystemOf(file, imports, fallback),
  };
}

/** By extension, else by what the file is written in: TypeScript writes `import` even where it becomes `require`. */
function moduleSystemOf(
  file: ts.SourceFile,
  imports: readonly WrittenImport[],
  fallback: ModuleSystem,
): ModuleSystem {
  const [, marked, script] = /\.([cm]?)([jt])s$/.exec(file.fileName) ?? [];
  if (marked === 'm') return 'esm';
  if (marked === 'c' && script === 'j') return 'commonjs';
  if (file.statements.some(isModuleSyntax)) return 'esm';
  if (imports.length > 0) return 'commonjs';
  return script === 't' ? 'esm' : fallback;
}

function isModuleSyntax(statement: ts.Statement): boolean {
  if (ts.isImportDeclaration(statement) || ts.isImportEqualsDeclaration(statement)) return true;
  if (ts.isExportDeclaration(statement) || ts.isExportAssignment(statement)) return true;
  const modifiers = ts.canHaveModifiers(statement) ? ts.getModifiers(statement) : undefined;
  return modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) ?? false;
}

/** Whether the statement behind one of these places would be read as the end of a line without a semicolon. */
function continuesLineBefore(file: ts.SourceFile, ...places: readonly (number | undefined)[]): boolean {
  return places.some((place) => {
    const next = file.statements.find(
      (statement) => place !== undefined && statement.getStart(file) >= place,
    );
    return next !== undefined && /[([`/+-]/.test(file.text[next.getStart(file)] ?? '');
  });
}

/** Of the line around `at`: a file may mix them. */
function lineEndingAt(text: string, at: number): '\n' | '\r\n' {
  const below = text.indexOf('\n', at);
  const end = below === -1 ? text.lastIndexOf('\n', at) : below;
  return text[end - 1] === '\r' ? '\r\n' : '\n';
}

function firstStatement(file: ts.SourceFile, imports: readonly WrittenImport[]): ts.Statement | undefined {
  const early = imports
    .filter(({ specifier }) => RUNS_FIRST.test(specifier.text))
    .map(({ statement }) => statement);
  const lastEarly = early.at(-1);
  return file.statements.find(
    (statement) => !isDirective(statement) && (lastEarly === undefined || statement.pos >= lastEarly.end),
  );
}

function isDirective(statement: ts.Statement): boolean {
  return ts.isExpressionStatement(statement) && ts.isStringLiteral(statement.expression);
}

function lineStart(text: string, offset: number): number {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  return /^[ \t]*$/.test(text.slice(start, offset)) ? start : offset;
}

/** Behind the statement's trailing comments, unless another statement begins on the same line. */
function endOfLine(file: ts.SourceFile, statement: ts.Statement): number {
  const comments = ts.getTrailingCommentRanges(file.text, statement.end);
  const from = comments?.at(-1)?.end ?? statement.end;
  const rest = /^[ \t]*(?=\r?\n|$)/.exec(file.text.slice(from));
  return rest === null ? statement.end : from + rest[0].length;
}
