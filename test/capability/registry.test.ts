import { describe, expect, it } from 'vitest';
import { type Capability, defineCapability } from '../../src/capability/capability.js';
import { allCapabilities, allQuestions, resolveCapabilities } from '../../src/capability/registry.js';
import { ExitCode, UserError } from '../../src/errors.js';

function capability(id: string, parts: Partial<Capability> = {}): Capability {
  return defineCapability({
    id,
    title: id,
    summary: id,
    questions: [],
    chosen: () => true,
    requires: [],
    after: [],
    packages: [],
    devPackages: [],
    scripts: {},
    env: [],
    templates: id,
    runtime: [],
    slots: () => ({}),
    nextSteps: () => [],
    ...parts,
  });
}

function switchable(id: string, parts: Partial<Capability> = {}): Capability {
  return capability(id, {
    questions: [{ type: 'confirm', name: id, message: `${id}?`, default: true }],
    chosen: (answers) => answers[id] === true,
    ...parts,
  });
}

function ids(capabilities: readonly Capability[]): string[] {
  return capabilities.map(({ id }) => id);
}

function thrownBy(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

describe('the capabilities', () => {
  it('are in application order by default', () => {
    expect(ids(resolveCapabilities({}))).toEqual(['base', 'database', 'redis', 'cache']);
  });

  it('leave out what the answers refuse', () => {
    expect(ids(resolveCapabilities({ database: 'none', redis: false, cache: false }))).toEqual(['base']);
    expect(ids(resolveCapabilities({ cache: false }))).toEqual(['base', 'database', 'redis']);
  });

  it('drop by default what needs something that was refused', () => {
    expect(ids(resolveCapabilities({ redis: false }))).toEqual(['base', 'database']);
  });

  it('name only capabilities that exist', () => {
    const known = new Set(ids(allCapabilities()));
    for (const { requires, after } of allCapabilities()) {
      for (const id of [...requires, ...after]) expect(known).toContain(id);
    }
  });

  it('ask each question once, with a default that is an answer', () => {
    const names = allQuestions().map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(() => resolveCapabilities({})).not.toThrow();
  });
});

describe('contradictory answers', () => {
  it('are refused with the flags to change', () => {
    const error = thrownBy(() => resolveCapabilities({ cache: true, redis: false }));
    expect(error).toBeInstanceOf(UserError);
    expect(error).toMatchObject({ exitCode: ExitCode.usage });
    expect((error as UserError).message).toContain('--cache');
    expect((error as UserError).message).toContain('--no-redis');
  });

  it.each([{ colour: 'red' }, { database: 'oracle' }, { cache: 'yes' }])(
    'such as %o are no answers',
    (answers) => {
      expect(thrownBy(() => resolveCapabilities(answers))).toMatchObject({ exitCode: ExitCode.usage });
    },
  );
});

describe('resolving', () => {
  it('puts each capability after those that it names, else keeps the order of declaration', () => {
    const known = [capability('c', { after: ['a'] }), capability('d'), capability('a'), capability('b')];
    expect(ids(resolveCapabilities({}, known))).toEqual(['d', 'a', 'c', 'b']);
  });

  it('brings along what is required, and what that requires', () => {
    const hidden = (id: string, requires: string[] = []) => capability(id, { requires, chosen: () => false });
    const known = [hidden('deep'), hidden('middle', ['deep']), capability('top', { requires: ['middle'] })];
    expect(ids(resolveCapabilities({}, known)).sort()).toEqual(['deep', 'middle', 'top']);
  });

  it('ignores an order that names what is not chosen', () => {
    const known = [switchable('a', { after: ['b'] }), switchable('b')];
    expect(ids(resolveCapabilities({ b: false }, known))).toEqual(['a']);
  });

  it('refuses duplicate ids, unknown requirements and cycles', () => {
    expect(() => resolveCapabilities({}, [capability('a'), capability('a')])).toThrow(/two capabilities/i);
    expect(() => resolveCapabilities({}, [capability('a', { requires: ['z'] })])).toThrow(/"z"/);
    const cycle = [capability('a', { after: ['b'] }), capability('b', { after: ['a'] })];
    expect(() => resolveCapabilities({}, cycle)).toThrow(/wait for each other: a, b/);
  });
});
