import { ts } from 'ts-morph';
import type { ModuleSystem } from '../project/project-facts.js';

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

interface FoundImport {
  readonly statement: ts.Statement;
  readonly specifier: ts.StringLiteral;
  readonly moduleSystem: ModuleSystem;
}

/** Instrumentation and polyfills have to run before everything else and keep their place. */
const RUNS_FIRST =
  /^(reflect-metadata|newrelic|dd-trace|elastic-apm-node|@opentelemetry\/|@sentry\/)|instrument|tracing/;

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
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, false);
  const imports = file.statements.map(asImport).filter((found) => found !== undefined);
  const last = imports.filter(({ statement }) => statement.end <= before).at(-1);
  const model = last ?? imports[0];
  return {
    first: lineStart(text, firstStatement(file, imports)?.getStart(file) ?? text.length),
    afterImports: last === undefined ? undefined : endOfLine(file, last.statement),
    quote: model !== undefined && text[model.specifier.getStart(file)] === '"' ? '"' : "'",
    semicolon: model === undefined || text[model.statement.end - 1] === ';',
    lineEnding: text.includes('\r\n') ? '\r\n' : '\n',
    moduleSystem: model?.moduleSystem ?? fallback,
  };
}

function asImport(statement: ts.Statement): FoundImport | undefined {
  const isImport = ts.isImportDeclaration(statement);
  const specifier = isImport ? statement.moduleSpecifier : requiredSpecifier(statement);
  if (specifier === undefined || !ts.isStringLiteral(specifier)) return undefined;
  return { statement, specifier, moduleSystem: isImport ? 'esm' : 'commonjs' };
}

/** The `x` of `const a = require(x)`, `const { b } = require(x).c` or a bare `require(x)`. */
function requiredSpecifier(statement: ts.Statement): ts.Expression | undefined {
  if (ts.isExpressionStatement(statement)) return requireArgument(statement.expression);
  if (!ts.isVariableStatement(statement)) return undefined;
  return statement.declarationList.declarations
    .map(({ initializer }) => initializer && requireArgument(initializer))
    .find((argument) => argument !== undefined);
}

function requireArgument(expression: ts.Expression): ts.Expression | undefined {
  if (ts.isPropertyAccessExpression(expression)) return requireArgument(expression.expression);
  if (!ts.isCallExpression(expression)) return undefined;
  if (!ts.isIdentifier(expression.expression)) return requireArgument(expression.expression);
  return expression.expression.text === 'require' ? expression.arguments[0] : undefined;
}

function firstStatement(file: ts.SourceFile, imports: readonly FoundImport[]): ts.Statement | undefined {
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
