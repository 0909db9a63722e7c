import type { EnvEntry } from './plan.js';

/** Whether the file has an entry of that name, be it commented out. */
export function hasEnvEntry(text: string, name: string): boolean {
  return text.split(/\r?\n/).some((line) => /^[\s#]*(?:export\s+)?([\w.]+)\s*=/.exec(line)?.[1] === name);
}

/** Appends entries, each under its help as a comment, in the line ending of the file. */
export function appendEnvEntries(text: string, entries: readonly EnvEntry[]): string {
  const lineEnding = text.includes('\r\n') ? '\r\n' : '\n';
  const lines = entries.flatMap(({ name, example, help }) => [
    ...help.split('\n').map((line) => `# ${line}`.trimEnd()),
    `${name}=${example}`,
  ]);
  return separated(text, lineEnding) + lines.join(lineEnding) + lineEnding;
}

/** The text with its last line ended and an empty line behind it. */
function separated(text: string, lineEnding: string): string {
  if (text.trim() === '') return text;
  const ended = text.endsWith('\n') ? text : text + lineEnding;
  return ended.endsWith(`${lineEnding}${lineEnding}`) ? ended : ended + lineEnding;
}
