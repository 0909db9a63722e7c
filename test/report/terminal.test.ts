import { describe, expect, it } from 'vitest';
import type { Plan } from '../../src/plan/plan.js';
import { renderJson } from '../../src/report/json.js';
import { type CommandResult, exitCodeOf } from '../../src/report/result.js';
import { createStyle } from '../../src/report/style.js';
import { renderPreview, renderResult } from '../../src/report/terminal.js';

const plain = createStyle(false);

const plan: Plan = {
  title: 'retrofit cache',
  changes: [
    { kind: 'create', path: 'scalable/a.js', content: 'a' },
    { kind: 'create', path: 'scalable/b.js', content: 'b' },
    { kind: 'edit', path: 'app.js', before: 'hash', splices: [] },
  ],
  packages: [],
  scripts: {},
  env: [],
  steps: [{ title: 'Wrap this route', path: 'app.js', line: 7, snippet: 'app.get(\n  handler,\n);\n' }],
  warnings: ['odd.js:1 was not analysed: \u001B[31mred'],
  manifest: { tool: '1.0.0', origin: 'retrofit', answers: {}, capabilities: ['cache'], files: {} },
};

const result: CommandResult = {
  command: 'retrofit',
  status: 'done',
  root: '/repository',
  summary: 'Changed 3 files.',
  plan,
  next: ['npm install'],
};

describe('renderResult', () => {
  it('says what is left, what happened, and what to type next', () => {
    expect(renderResult(result, plain)).toBe(`warning: odd.js:1 was not analysed:  [31mred

Left for you:
  - Wrap this route app.js:7
      app.get(
        handler,
      );

Changed 3 files.
  edit   app.js
  create scalable/ (2 files)

Next:
  npm install
`);
  });

  it('says what did not succeed although the files are complete', () => {
    const { plan: _plan, ...bare } = result;
    const incomplete = { ...bare, incomplete: 'npm is not installed on this machine' };
    expect(renderResult(incomplete, plain)).toContain('\nincomplete: npm is not installed on this machine\n');
  });

  it('has colours only where they are wanted', () => {
    expect(renderResult(result, createStyle(true))).toContain('\u001B[32mChanged 3 files.\u001B[39m');
    expect(renderResult({ ...result, plan: { ...plan, warnings: [] } }, plain)).not.toContain('\u001B');
  });
});

describe('renderPreview', () => {
  const diff = [
    'diff --git a/app.js b/app.js',
    '--- a/app.js',
    '+++ b/app.js',
    '@@ -1,1 +1,1 @@',
    '-old',
    '+new file mode 1',
    'diff --git a/scalable/a.js b/scalable/a.js',
    'new file mode 100644',
    '--- /dev/null',
    '+++ b/scalable/a.js',
    '@@ -0,0 +1,1 @@',
    '+a',
    '',
  ].join('\n');

  it('shows edits and leaves new files out', () => {
    const preview = renderPreview({ ...result, diff }, plain);
    expect(preview).toContain('-old\n+new file mode 1\n');
    expect(preview).not.toContain('scalable/a.js');
  });

  it('lines the verdicts up', () => {
    const route = {
      method: 'get',
      path: '/',
      file: 'app.js',
      line: 3,
      verdict: 'cached',
      reason: 'observed',
    };
    const routes = [
      { ...route, before: `async (req, res) => ${'x'.repeat(60)}` },
      { ...route, path: '/longer', verdict: 'left alone', reason: 'redirects' },
    ];
    const { plan: _plan, ...bare } = result;
    expect(renderPreview({ ...bare, routes }, plain).split('\n')).toEqual([
      'METHOD  PATH     VERDICT     BEFORE                                    REASON     AT',
      'GET     /        cached      async (req, res) => xxxxxxxxxxxxxxxxx...  observed   app.js:3',
      'GET     /longer  left alone  -                                         redirects  app.js:3',
      '',
    ]);
  });
});

describe('renderJson', () => {
  it('is one object with the exit code, and keys only for what there is', () => {
    const json = JSON.parse(renderJson(result));
    expect(Object.keys(json)).toEqual(['command', 'status', 'root', 'summary', 'next', 'exitCode', 'plan']);
    expect(json).toMatchObject({ exitCode: 4, plan: { title: 'retrofit cache' } });
  });
});

describe('exitCodeOf', () => {
  const clean = { ...result, plan: { ...plan, steps: [] } };

  it.each([
    ['steps are left', result, 4],
    ['steps would be left', { ...result, status: 'planned' as const }, 4],
    ['nothing is left', clean, 0],
    ['something is incomplete', { ...clean, incomplete: 'npm failed' }, 4],
    ['nothing was to do', { ...result, status: 'unchanged' as const }, 0],
  ])('%s', (_name, given, code) => {
    expect(exitCodeOf(given)).toBe(code);
  });
});
