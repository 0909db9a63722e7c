import {
  decodeSource,
  isSkippedDirectory,
  resolveInside,
  type SourceText,
  type Workspace,
} from './workspace.js';

/** A workspace of the given texts (or bytes) by root-relative path: an empty folder to create into, or a test's repository. */
export function memoryWorkspace(
  files: Readonly<Record<string, string | Uint8Array>> = {},
  label = '/memory',
): Workspace {
  const sources = new Map<string, () => SourceText>();
  for (const [file, content] of Object.entries(files)) {
    sources.set(resolveInside(label, file), () => decodeSource(file, Buffer.from(content)));
  }
  const listed = Object.keys(files).filter((file) => !file.split('/').slice(0, -1).some(isSkippedDirectory));
  listed.sort();
  return {
    root: label,
    files: () => listed,
    read: (file) => sources.get(resolveInside(label, file))?.(),
    exists(file) {
      const target = resolveInside(label, file);
      return [...sources.keys()].some((source) => source === target || source.startsWith(`${target}/`));
    },
  };
}
