import { format } from 'prettier';
import { ts } from 'ts-morph';
import { spliceText } from '../plan/splice.js';
import type { CodeStyle, ProjectFacts } from '../project/project-facts.js';
import { removeTypes } from './remove-types.js';
import { toCommonJs, withoutExtension } from './to-commonjs.js';

export type Dialect = Pick<ProjectFacts, 'language' | 'moduleSystem' | 'importExtensions' | 'style'>;

/** Prints a TypeScript ES module of our templates in the language, module system and style of a repository. */
export async function toDialect(source: string, dialect: Dialect): Promise<string> {
  if (dialect.language === 'ts') {
    const text = dialect.importExtensions ? source : dropImportExtensions(source);
    return restyle(text, 'typescript', dialect.style);
  }
  const javaScript = removeTypes(source);
  return restyle(
    dialect.moduleSystem === 'commonjs' ? toCommonJs(javaScript) : javaScript,
    'babel',
    dialect.style,
  );
}

/** File name of a template (`cache/index.ts`) in a repository of that language. */
export function dialectPath(path: string, language: Dialect['language']): string {
  return language === 'js' ? path.replace(/\.ts$/, '.js') : path;
}

function dropImportExtensions(source: string): string {
  const file = ts.createSourceFile('source.ts', source, ts.ScriptTarget.Latest, false);
  const splices = file.statements.flatMap((statement) => {
    if (!ts.isImportDeclaration(statement) && !ts.isExportDeclaration(statement)) return [];
    const specifier = statement.moduleSpecifier;
    if (specifier === undefined || !ts.isStringLiteral(specifier)) return [];
    const start = specifier.getStart(file) + 1;
    return [{ start, end: specifier.end - 1, text: withoutExtension(specifier.text) }];
  });
  return spliceText(source, splices);
}

function restyle(source: string, parser: 'typescript' | 'babel', style: CodeStyle): Promise<string> {
  return format(source, {
    parser,
    semi: style.semicolons,
    singleQuote: style.quotes === 'single',
    useTabs: style.indent === '\t',
    tabWidth: style.indent === '\t' ? 2 : style.indent.length,
    trailingComma: style.trailingCommas ? 'all' : 'none',
    endOfLine: style.lineEnding === '\r\n' ? 'crlf' : 'lf',
    printWidth: 100,
  });
}
