import { describe, expect, it } from 'vitest';
import { decide } from '../../../generators/cache/verdict.js';
import type { ChainStep, EffectKind, RouteFact } from '../../../src/analysis/facts.js';

const at = { file: 'routes/items.js', line: 7 };

function step(text: string, kinds: readonly EffectKind[], overrides: Partial<ChainStep> = {}): ChainStep {
  const effects = kinds.map((kind) => ({ kind, what: `${text} ${kind}`, at }));
  return { text, start: 0, end: 0, definition: at, effects, incomplete: false, unresolved: [], ...overrides };
}

function route(...chain: ChainStep[]): RouteFact {
  return { method: 'get', path: '/', fullPaths: ['/items'], at, router: at, chain };
}

const unclear = { incomplete: true, unresolved: [{ what: 'helper()', external: false, at }] };
const list = step('list', ['database-read', 'json']);
const protect = step('protect', ['database-read', 'denies', 'calls-next']);

describe('placement', () => {
  it('goes in front of a handler that reads the database', () => {
    expect(decide(route(list))).toMatchObject({ kind: 'cache', index: 0 });
  });

  it('goes behind every step that may deny', () => {
    expect(decide(route(protect, step('authorize("admin")', ['denies']), list))).toMatchObject({ index: 2 });
  });

  it('goes in front of a middleware that fetches for the handler', () => {
    const fetches = step('advancedResults(Item)', ['database-read', 'calls-next']);
    expect(decide(route(protect, fetches, step('send', ['json'])))).toMatchObject({
      kind: 'cache',
      index: 1,
    });
  });

  it('leaves steps that do not read in front of it, so that they run on every request', () => {
    expect(decide(route(step('countVisit', ['calls-next']), list))).toMatchObject({ index: 1 });
  });

  it('treats a step that could not be resolved as one that may deny', () => {
    const unknown = step('mystery', [], { definition: undefined });
    expect(decide(route(unknown, list))).toMatchObject({ index: 1 });
    const half = step('half', ['database-read'], unclear);
    expect(decide(route(half, step('send', ['json'])))).toMatchObject({ kind: 'leave' });
  });

  it('allows a guard in front of it to write', () => {
    const touches = step('touchLastSeen', ['database-write', 'denies', 'calls-next']);
    expect(decide(route(touches, list))).toMatchObject({ kind: 'cache', index: 1 });
  });
});

describe('routes that are left alone', () => {
  it.each([
    ['database-write', /writes to the database: save .* at routes\/items\.js:7/],
    ['sets-cookie', /sets a cookie/],
    ['session-write', /session/],
    ['redirect', /redirects/],
    ['stream', /streams/],
    ['file', /sends a file/],
    ['mail', /sends mail/],
    ['render', /renders/],
    ['module-state', /state of the module/],
    ['async-local-storage', /AsyncLocalStorage/],
    ['emits', /emits an event/],
    ['cache', /cache of its own/],
  ] as const)('a handler with the effect %s', (kind, reason) => {
    const decision = decide(route(step('save', ['database-read', kind])));
    expect(decision.kind).toBe('leave');
    expect(decision.reason).toMatch(reason);
  });

  it('a logout, which reads nothing', () => {
    expect(decide(route(step('logout', ['sets-cookie', 'json']))).reason).toMatch(/sets a cookie/);
  });

  it('a handler without an observed read', () => {
    expect(decide(route(step('health', ['json']))).reason).toMatch(/nothing could invalidate it/);
  });

  it('a handler that could not be resolved, or that calls what could not be', () => {
    expect(decide(route(step('ctrl.list', [], { definition: undefined }))).kind).toBe('leave');
    expect(decide(route(step('list', ['database-read'], unclear))).reason).toBe(
      'helper() at routes/items.js:7 could not be looked into',
    );
  });

  it('a chain that reads before it decides who may pass', () => {
    const fetches = step('load', ['database-read', 'calls-next']);
    const decision = decide(route(fetches, protect, step('send', ['json'])));
    expect(decision).toMatchObject({ kind: 'leave', reason: expect.stringMatching(/who may pass/) });
  });
});
