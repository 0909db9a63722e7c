import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Splice } from '../../src/plan/plan.js';
import { addSplice, spliceBetween, spliceText } from '../../src/plan/splice.js';

const at = (start: number, end: number, text = ''): Splice => ({ start, end, text });

function addAll(...splices: Splice[]): Splice[] {
  return splices.reduce<Splice[]>((list, splice) => addSplice(list, splice), []);
}

describe('splices', () => {
  it('are applied at the places they had in the original text', () => {
    const splices = addAll(at(4, 5, 'E'), at(0, 0, '>'), at(2, 4, ''));
    expect(spliceText('abcdef', splices)).toBe('>abEf');
  });

  it('keep the order of insertions at one place, in front of a replacement there', () => {
    expect(spliceText('ab', addAll(at(1, 2, 'B'), at(1, 1, '1'), at(1, 1, '2')))).toBe('a12B');
  });

  it.each([
    ['a part of each other', at(0, 3), at(2, 4)],
    ['one inside the other', at(0, 5), at(2, 3)],
    ['the same place', at(1, 2), at(1, 2)],
    ['an insertion inside a replacement', at(1, 4), at(2, 2, 'x')],
  ])('refuse to overlap: %s', (_what, first, second) => {
    expect(() => addAll(first, second)).toThrow('overlaps');
    expect(() => addAll(second, first)).toThrow('overlaps');
  });

  it('may touch', () => {
    expect(spliceText('abcd', addAll(at(2, 4, 'Y'), at(0, 2, 'X')))).toBe('XY');
  });

  it('must lie inside of the text, sorted', () => {
    expect(() => spliceText('abc', [at(2, 4)])).toThrow('does not fit');
    expect(() => spliceText('abc', [at(2, 3), at(0, 1)])).toThrow('does not fit');
    expect(() => spliceText('abc', [at(2, 1)])).toThrow('does not fit');
  });

  it('do not overlap in any order of adding, or are refused', () => {
    const splice = fc
      .tuple(fc.nat(20), fc.nat(6), fc.string({ maxLength: 3 }))
      .map(([start, length, text]) => at(start, start + length, text));
    fc.assert(
      fc.property(fc.array(splice, { maxLength: 6 }), (splices) => {
        const overlap = splices.some((a, i) =>
          splices.some((b, j) => i !== j && a.start < b.end && b.start < a.end),
        );
        if (overlap) expect(() => addAll(...splices)).toThrow('overlaps');
        else expect(() => spliceText('x'.repeat(26), addAll(...splices))).not.toThrow();
      }),
    );
  });
});

describe('spliceBetween', () => {
  it('turns one text into the other without cutting a character in two', () => {
    const text = fc
      .array(fc.constantFrom('a', 'b', '🦊', '🐻', '\n'), { maxLength: 8 })
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, text, (before, after) => {
        const splices = spliceBetween(before, after);
        expect(spliceText(before, splices)).toBe(after);
        for (const { text: inserted } of splices) expect(Buffer.from(inserted).toString()).toBe(inserted);
      }),
    );
  });

  it('is empty for equal texts, and covers only what differs', () => {
    expect(spliceBetween('same', 'same')).toEqual([]);
    expect(spliceBetween('a b c', 'a x c')).toEqual([at(2, 3, 'x')]);
  });
});
