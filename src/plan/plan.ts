import type { Manifest } from './manifest.js';

/** Replaces `[start, end)` of a file's decoded text (UTF-16 code units; a byte order mark is unit 0) by `text`. */
export interface Splice {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

export interface CreateFile {
  readonly kind: 'create';
  /** Root-relative, forward slashes. */
  readonly path: string;
  readonly content: string;
  readonly executable?: boolean;
}

export interface EditFile {
  readonly kind: 'edit';
  readonly path: string;
  /** SHA-256 (hex) of the bytes that the splices were computed on; apply stops when the file no longer has it. */
  readonly before: string;
  /** Sorted by `start`, not overlapping. Two insertions at one place keep their order. */
  readonly splices: readonly Splice[];
}

export type FileChange = CreateFile | EditFile;

export interface PackageRequest {
  readonly name: string;
  readonly version: string;
  readonly dev: boolean;
}

export interface EnvEntry {
  readonly name: string;
  /** What `.env.example` shows; never a value read from the user's machine. */
  readonly example: string;
  readonly help: string;
}

/** Something that only a person may do: the exact snippet and the place. */
export interface ManualStep {
  readonly title: string;
  readonly path?: string;
  readonly line?: number;
  readonly snippet?: string;
}

/**
 * What a command is going to do, as data. Dry run, diff, JSON, apply and undo all read this one value.
 * `changes` is complete: packages, scripts, env entries and the manifest are already edits or files in it;
 * the lists beside it only say why.
 */
export interface Plan {
  /** Such as `create my-api` or `retrofit cache`. */
  readonly title: string;
  readonly changes: readonly FileChange[];
  readonly packages: readonly PackageRequest[];
  readonly scripts: Readonly<Record<string, string>>;
  readonly env: readonly EnvEntry[];
  readonly steps: readonly ManualStep[];
  readonly warnings: readonly string[];
  /** The manifest as it will be after apply; also present in `changes` when it differs from the one on disk. */
  readonly manifest: Manifest;
}
