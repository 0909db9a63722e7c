/** How the repository writes its code; emitted and edited code follows it. */
export interface CodeStyle {
  readonly quotes: 'single' | 'double';
  readonly semicolons: boolean;
  /** One level of indentation: a tab or some spaces. */
  readonly indent: string;
  readonly lineEnding: '\n' | '\r\n';
  readonly trailingCommas: boolean;
}

export type PackageManager = 'npm' | 'yarn' | 'pnpm' | 'bun';
export type ModuleSystem = 'commonjs' | 'esm';
export type Language = 'js' | 'ts';

/** What is known of a repository without looking into its routes. */
export interface ProjectFacts {
  readonly name: string;
  readonly packageManager: PackageManager;
  readonly moduleSystem: ModuleSystem;
  readonly language: Language;
  readonly style: CodeStyle;
  /** Folder of the sources, root-relative, `.` when they lie at the root. */
  readonly sourceRoot: string;
  /** The file that the start script runs, root-relative; for TypeScript the source, not the output. */
  readonly entry: string | undefined;
  /** Names and ranges of `dependencies` and `devDependencies`. */
  readonly dependencies: Readonly<Record<string, string>>;
  /** Relative imports in TypeScript sources carry an extension (`./a.js`). */
  readonly importExtensions: boolean;
  /** `.env.example` or what the repository calls it; undefined when it has none. */
  readonly envExample: string | undefined;
}
