import type { Splice } from './plan.js';

/** Applies splices that are sorted by `start` and do not overlap; throws when they are not, or reach outside of the text. */
export function spliceText(text: string, splices: readonly Splice[]): string {
  const pieces: string[] = [];
  let position = 0;
  for (const { start, end, text: inserted } of splices) {
    if (start < position || end < start || end > text.length) {
      throw new Error(
        `splice [${start}, ${end}) does not fit after ${position} in ${text.length} code units`,
      );
    }
    pieces.push(text.slice(position, start), inserted);
    position = end;
  }
  pieces.push(text.slice(position));
  return pieces.join('');
}

/**
 * The splices with one more in its sorted place; an insertion goes behind those already made at the same place.
 * Throws when it overlaps one of them.
 */
export function addSplice(splices: readonly Splice[], added: Splice): Splice[] {
  const overlapped = splices.find((splice) => overlap(splice, added));
  if (overlapped !== undefined) {
    throw new Error(
      `splice [${added.start}, ${added.end}) overlaps [${overlapped.start}, ${overlapped.end}): ` +
        `${JSON.stringify(added.text)} and ${JSON.stringify(overlapped.text)}`,
    );
  }
  const next = splices.findIndex((splice) => isAfter(splice, added));
  return splices.toSpliced(next === -1 ? splices.length : next, 0, added);
}

function overlap(a: Splice, b: Splice): boolean {
  return a.start < b.end && b.start < a.end;
}

/** At one place insertions come first: what is inserted before a word stays before it when the word is replaced. */
function isAfter(splice: Splice, added: Splice): boolean {
  if (splice.start !== added.start) return splice.start > added.start;
  return isInsertion(added) && !isInsertion(splice);
}

function isInsertion({ start, end }: Splice): boolean {
  return start === end;
}

/** The shortest single splice that turns `before` into `after`; none when they are equal. Never cuts a surrogate pair. */
export function spliceBetween(before: string, after: string): Splice[] {
  if (before === after) return [];
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before[start] === after[start]) start++;
  if (endsInHighSurrogate(before, start)) start--;
  let same = 0;
  while (same < shorter - start && before.at(-1 - same) === after.at(-1 - same)) same++;
  if (same > 0 && startsInLowSurrogate(before, before.length - same)) same--;
  return [{ start, end: before.length - same, text: after.slice(start, after.length - same) }];
}

function endsInHighSurrogate(text: string, end: number): boolean {
  return end > 0 && /[\uD800-\uDBFF]/.test(text[end - 1] ?? '');
}

function startsInLowSurrogate(text: string, start: number): boolean {
  return /[\uDC00-\uDFFF]/.test(text[start] ?? '');
}
