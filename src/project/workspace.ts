/** A file of the workspace as read. `text` round-trips: encoding it as UTF-8 gives `bytes` again. */
export interface SourceText {
  /** Root-relative, forward slashes. */
  readonly path: string;
  /** Decoded UTF-8; a byte order mark, if any, is the first code unit. */
  readonly text: string;
  /** SHA-256 (hex) of the bytes. */
  readonly hash: string;
}

/** A read-only view of a folder. Paths are root-relative with forward slashes; nothing outside the root is reachable. */
export interface Workspace {
  /** Absolute path, or a label for one that lives in memory. */
  readonly root: string;
  exists(path: string): boolean;
  /** Undefined when there is no such regular file. Throws `UserError` when it is not valid UTF-8 or not readable. */
  read(path: string): SourceText | undefined;
  /**
   * Regular files, sorted; without `.git`, `node_modules`, build output (`dist`, `build`, `coverage`), our own `.scalable/`,
   * and what a symbolic link reaches outside of the root.
   */
  files(): readonly string[];
}
