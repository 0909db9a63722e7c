import { ts } from 'ts-morph';
import type { Workspace } from '../project/workspace.js';
import type { Place } from './facts.js';

interface Problem {
  readonly at: Place;
  readonly message: string;
}

/** The repository's syntax trees, parsed on demand and at most once. A file with a syntax error has no tree, but a problem. */
export class SourceFiles {
  readonly problems: Problem[] = [];
  readonly #workspace: Workspace;
  readonly #trees = new Map<string, ts.SourceFile | undefined>();

  constructor(workspace: Workspace) {
    this.#workspace = workspace;
  }

  get(path: string): ts.SourceFile | undefined {
    if (!this.#trees.has(path)) this.#trees.set(path, this.#parse(path));
    return this.#trees.get(path);
  }

  #parse(path: string): ts.SourceFile | undefined {
    const text = this.#workspace.read(path)?.text;
    if (text === undefined) return undefined;
    const options = {
      languageVersion: ts.ScriptTarget.Latest,
      jsDocParsingMode: ts.JSDocParsingMode.ParseNone,
    };
    const file = ts.createSourceFile(path, text, options, true);
    const error = syntaxErrors(file)[0];
    if (error === undefined) return file;
    const { line } = file.getLineAndCharacterOfPosition(error.start);
    const message = ts.flattenDiagnosticMessageText(error.messageText, '\n');
    this.problems.push({ at: { file: path, line: line + 1 }, message });
    return undefined;
  }
}

/** The parser keeps its findings on the tree, but the public type does not mention them; a `Program` would read every file. */
function syntaxErrors(file: ts.SourceFile): readonly ts.DiagnosticWithLocation[] {
  return (file as { parseDiagnostics?: readonly ts.DiagnosticWithLocation[] }).parseDiagnostics ?? [];
}

export function placeOf(node: ts.Node): Place {
  const file = node.getSourceFile();
  const { line } = file.getLineAndCharacterOfPosition(node.getStart(file));
  return { file: file.fileName, line: line + 1 };
}

/** Source text on one line. */
export function textOf(node: ts.Node): string {
  return node.getText().replace(/\s+/g, ' ');
}

/** Identifies a node across the repository. */
export function nodeId(node: ts.Node): string {
  return `${node.getSourceFile().fileName}:${node.pos}:${node.end}`;
}
