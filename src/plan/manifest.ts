import { UserError } from '../errors.js';
import type { Workspace } from '../project/workspace.js';

/** Contents of the committed `.scalable.json`. */
export interface Manifest {
  /** Version of the tool that wrote it. */
  readonly tool: string;
  /** `create`: the whole project is ours. `retrofit`: capabilities were put into somebody's repository. */
  readonly origin: 'create' | 'retrofit';
  readonly answers: Readonly<Record<string, string | boolean>>;
  /** Capability ids in application order. */
  readonly capabilities: readonly string[];
  /** SHA-256 (hex) of every emitted file as emitted, by root-relative path. */
  readonly files: Readonly<Record<string, string>>;
}

export const MANIFEST_PATH = '.scalable.json';

/** Journal and undo history of a repository; ignored by git through a `.gitignore` of its own. */
export const STATE_DIRECTORY = '.scalable';

/** The manifest of the workspace; undefined when it has none. Throws `UserError` when it is damaged. */
export function readManifest(workspace: Workspace): Manifest | undefined {
  const source = workspace.read(MANIFEST_PATH);
  if (source === undefined) return undefined;
  const manifest = parse(source.text);
  if (!isManifest(manifest)) {
    throw new UserError(`${MANIFEST_PATH} is damaged`, {
      where: MANIFEST_PATH,
      hint: 'Restore it from version control, or delete it to have it written anew.',
    });
  }
  return manifest;
}

export function manifestText(manifest: Manifest): string {
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isManifest(value: unknown): value is Manifest {
  if (typeof value !== 'object' || value === null) return false;
  const { tool, origin, answers, capabilities, files } = value as Partial<Record<keyof Manifest, unknown>>;
  return (
    typeof tool === 'string' &&
    (origin === 'create' || origin === 'retrofit') &&
    isRecord(answers, (answer) => typeof answer === 'string' || typeof answer === 'boolean') &&
    Array.isArray(capabilities) &&
    capabilities.every((id) => typeof id === 'string') &&
    isRecord(files, (hash) => typeof hash === 'string')
  );
}

function isRecord(value: unknown, isValue: (value: unknown) => boolean): boolean {
  return typeof value === 'object' && value !== null && Object.values(value).every(isValue);
}
