import fc from 'fast-check';
import type { Splice } from '../../src/plan/plan.js';

const line = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.constantFrom(
    '',
    '\tindented',
    'trailing ',
    'ünï 🦊 code',
    "'use strict';",
    '-- a',
    '++ b',
    '\\ No newline',
  ),
);

/** Texts of lines with mixed endings, with or without a byte order mark and a last line ending; at least one character. */
const text = fc
  .tuple(
    fc.constantFrom('', '\uFEFF'),
    fc.array(fc.tuple(line, fc.constantFrom('\n', '\r\n', '\n\n')), { minLength: 1, maxLength: 25 }),
    fc.constantFrom('', 'end', '}'),
  )
  .map(([mark, lines, last]) => mark + lines.flat().join('') + last);

/** Sorted, not overlapping, never in the middle of a surrogate pair, and of some effect. */
export const textWithSplices = text.chain((source) => {
  const characters = Array.from(source);
  const boundaries = [
    0,
    ...characters.map((_character, index) => characters.slice(0, index + 1).join('').length),
  ];
  const cuts = fc.subarray(boundaries, { minLength: 1, maxLength: Math.min(8, boundaries.length) });
  const insertions = fc.array(fc.constantFrom('// one\n', 'x', '\r\n', '🦊', ' two\r\nthree'), {
    minLength: 4,
    maxLength: 4,
  });
  return fc
    .tuple(cuts, insertions)
    .map(([places, texts]) => ({ text: source, splices: splicesAt(places, texts) }))
    .filter(({ splices }) => splices.some(({ start, end, text }) => source.slice(start, end) !== text));
});

function splicesAt(places: readonly number[], texts: readonly string[]): Splice[] {
  return texts.flatMap((text, index) => {
    const start = places[2 * index];
    return start === undefined ? [] : [{ start, end: places[2 * index + 1] ?? start, text }];
  });
}
