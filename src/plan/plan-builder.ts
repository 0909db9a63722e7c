import { isDeepStrictEqual } from 'node:util';
import { UserError } from '../errors.js';
import type { Workspace } from '../project/workspace.js';
import { Drafts } from './drafts.js';
import { appendEnvEntries, hasEnvEntry } from './env-example.js';
import { MANIFEST_PATH, type Manifest, manifestText, readManifest } from './manifest.js';
import { insertPackage, insertScript, listedIn, PACKAGE_JSON, parsePackageJson } from './package-json.js';
import type { EnvEntry, FileChange, ManualStep, PackageRequest, Plan, Splice } from './plan.js';
import { spliceBetween } from './splice.js';

/** Records what a command wants; several capabilities write into one builder. Touches no disk. */
export interface PlanBuilder {
  /**
   * A new file. Nothing is recorded when the workspace already has it with the same text, or when this very text was emitted
   * before and somebody has edited it since. Otherwise `finish` throws a `UserError` that names all such files.
   */
  create(path: string, content: string, options?: { readonly executable?: boolean }): void;
  /** Adds a splice to an existing file; overlapping splices throw. */
  splice(path: string, splice: Splice): void;
  /** Replaces a whole existing file; nothing is recorded when the text is the same. */
  replace(path: string, content: string): void;
  /** Adds `name` to `dependencies` (or `devDependencies`) of package.json unless some version is already there. */
  addPackage(name: string, version: string, options?: { readonly dev?: boolean }): void;
  /** A script of that name that does something else is kept, with a warning. */
  addScript(name: string, command: string): void;
  /** Adds an entry to the env example file unless its name is already there. */
  addEnv(entry: EnvEntry): void;
  addStep(step: ManualStep): void;
  warn(message: string): void;
  finish(title: string, manifest: Omit<Manifest, 'files'>): Plan;
}

export interface PlanBuilderOptions {
  /** Root-relative; created when it is missing. Default `.env.example`. */
  readonly envExample?: string | undefined;
}

export function createPlanBuilder(workspace: Workspace, options: PlanBuilderOptions = {}): PlanBuilder {
  return new Builder(workspace, options.envExample ?? '.env.example');
}

class Builder implements PlanBuilder {
  private readonly drafts: Drafts;
  private readonly previous: Manifest | undefined;
  private readonly packages = new Map<string, PackageRequest>();
  private readonly scripts = new Map<string, string>();
  private readonly env = new Map<string, EnvEntry>();
  private readonly steps: ManualStep[] = [];
  private readonly warnings: string[] = [];
  private readonly workspace: Workspace;
  private readonly envExample: string;

  constructor(workspace: Workspace, envExample: string) {
    this.workspace = workspace;
    this.envExample = envExample;
    this.previous = readManifest(workspace);
    this.drafts = new Drafts(workspace, this.previous?.files ?? {});
  }

  create(path: string, content: string, options: { readonly executable?: boolean } = {}): void {
    this.drafts.create(path, content, options.executable ?? false);
  }

  splice(path: string, splice: Splice): void {
    this.drafts.splice(path, splice);
  }

  replace(path: string, content: string): void {
    this.drafts.replace(path, content);
  }

  addPackage(name: string, version: string, options: { readonly dev?: boolean } = {}): void {
    const dev = options.dev ?? false;
    // Two capabilities may ask for one package: needed at run time by either, it is a dependency.
    if (dev && this.packages.has(name)) return;
    this.packages.set(name, { name, version, dev });
  }

  addScript(name: string, command: string): void {
    this.scripts.set(name, command);
  }

  addEnv(entry: EnvEntry): void {
    if (!this.env.has(entry.name)) this.env.set(entry.name, entry);
  }

  addStep(step: ManualStep): void {
    this.steps.push(step);
  }

  warn(message: string): void {
    this.warnings.push(message);
  }

  finish(title: string, manifest: Omit<Manifest, 'files'>): Plan {
    const { packages, scripts } = this.finishPackageJson();
    const env = this.finishEnvExample();
    const { changes, emitted } = this.drafts.finish();
    const complete: Manifest = { ...manifest, files: sortedByKey({ ...this.previous?.files, ...emitted }) };
    return {
      title,
      changes: [...changes, ...this.manifestChanges(complete)].sort(byPath),
      packages,
      scripts,
      env,
      steps: this.steps,
      warnings: this.warnings,
      manifest: complete,
    };
  }

  private finishPackageJson(): Pick<Plan, 'packages' | 'scripts'> {
    if (this.packages.size === 0 && this.scripts.size === 0) return { packages: [], scripts: {} };
    const text = this.drafts.text(PACKAGE_JSON);
    if (text === undefined) throw new UserError(`${PACKAGE_JSON} is missing`, { where: PACKAGE_JSON });
    const packages = this.missingPackages(text);
    const scripts = this.missingScripts(text);
    const withPackages = packages.reduce(insertPackage, text);
    this.drafts.rewrite(
      PACKAGE_JSON,
      scripts.reduce((result, [name, command]) => insertScript(result, name, command), withPackages),
    );
    return { packages, scripts: Object.fromEntries(scripts) };
  }

  private missingPackages(packageJson: string): PackageRequest[] {
    const contents = parsePackageJson(packageJson);
    return [...this.packages.values()].filter(({ name, dev }) => {
      const section = listedIn(contents, name);
      if (section === 'devDependencies' && !dev) {
        this.warn(`${name} is needed at run time, but ${PACKAGE_JSON} lists it in devDependencies`);
      }
      return section === undefined;
    });
  }

  private missingScripts(packageJson: string): [name: string, command: string][] {
    const existing = new Map(Object.entries(parsePackageJson(packageJson).scripts ?? {}));
    return [...this.scripts].filter(([name, command]) => {
      const kept = existing.get(name);
      if (kept !== undefined && kept !== command) {
        this.warn(`the script "${name}" of ${PACKAGE_JSON} was kept; it could also run: ${command}`);
      }
      return kept === undefined;
    });
  }

  private finishEnvExample(): EnvEntry[] {
    const text = this.drafts.text(this.envExample) ?? '';
    const missing = [...this.env.values()].filter(({ name }) => !hasEnvEntry(text, name));
    if (missing.length > 0) this.drafts.rewrite(this.envExample, appendEnvEntries(text, missing));
    return missing;
  }

  private manifestChanges(manifest: Manifest): FileChange[] {
    if (isDeepStrictEqual(manifest, this.previous)) return [];
    const content = manifestText(manifest);
    const source = this.workspace.read(MANIFEST_PATH);
    if (source === undefined) return [{ kind: 'create', path: MANIFEST_PATH, content }];
    const splices = spliceBetween(source.text, content);
    return [{ kind: 'edit', path: MANIFEST_PATH, before: source.hash, splices }];
  }
}

/** By code unit, the same on every machine. */
function byPath(a: FileChange, b: FileChange): number {
  return a.path < b.path ? -1 : 1;
}

function sortedByKey(record: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}
