import { describe, expect, it } from 'vitest';
import { suggest } from '../../src/commands/suggest.js';

const commands = ['generate', 'retrofit', 'undo'];

describe('suggest', () => {
  it.each([
    ['retofit', 'retrofit'],
    ['Retrofit2', 'retrofit'],
    ['generat', 'generate'],
    ['und', 'undo'],
  ])('%s was meant to be %s', (word, command) => {
    expect(suggest(word, commands)).toBe(command);
  });

  it.each(['my-api', 'shop', 'redo-it'])('%s is a name of its own', (word) => {
    expect(suggest(word, commands)).toBeUndefined();
  });
});
