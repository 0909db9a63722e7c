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
