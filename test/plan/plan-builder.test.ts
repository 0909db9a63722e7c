import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/errors.js';
import { applyPlan } from '../../src/plan/apply.js';
import { sha256 } from '../../src/plan/hash.js';
import { MANIFEST_PATH } from '../../src/plan/manifest.js';
import { materialise } from '../../src/plan/materialise.js';
import type { Plan } from '../../src/plan/plan.js';
import { createPlanBuilder, type PlanBuilder, type PlanBuilderOptions } from '../../src/plan/plan-builder.js';
import { planToJson } from '../../src/plan/plan-json.js';
import { openWorkspace } from '../../src/project/disk-workspace.js';
import { memoryWorkspace } from '../../src/project/memory-workspace.js';
import type { Workspace } from '../../src/project/workspace.js';
import { writeFiles } from '../support/temporary-directory.js';

type Files = Record<string, string>;

const manifest = { tool: '1.0.0', origin: 'retrofit', answers: {}, capabilities: ['cache'] } as const;

function plan(
  workspace: Workspace,
  record: (builder: PlanBuilder) => void,
  options?: PlanBuilderOptions,
): Plan {
  const builder = createPlanBuilder(workspace, options);
  record(builder);
  return builder.finish('test', manifest);
}

/** Texts after the plan, of the files it changes. */
function outcome(files: Files, record: (builder: PlanBuilder) => void, options?: PlanBuilderOptions): Files {
  const workspace = memoryWorkspace(files);
  const changed = materialise(plan(workspace, record, options), workspace);
  return Object.fromEntries(changed.map(({ path, after }) => [path, after]));
}

describe('package.json', () => {
  const add = (builder: PlanBuilder) => {
    builder.addPackage('ioredis', '^6.0.0');
    builder.addPackage('tsx', '^4.0.0', { dev: true });
    builder.addScript('bench', 'node bench.js');
  };

  it('keeps tabs, line endings and a missing final newline; packages go where the alphabet has them', () => {
    const before =
      '{\r\n\t"name": "x",  "tags": ["a","b"],\r\n\t"dependencies": {\r\n\t\t"express": "4",\r\n\t\t"zod": "4"\r\n\t}\r\n}';
    expect(outcome({ 'package.json': before }, add)['package.json']).toBe(
      '{\r\n\t"name": "x",  "tags": ["a","b"],\r\n\t"scripts": {\r\n\t\t"bench": "node bench.js"\r\n\t},\r\n' +
        '\t"dependencies": {\r\n\t\t"express": "4",\r\n\t\t"ioredis": "^6.0.0",\r\n\t\t"zod": "4"\r\n\t},\r\n' +
        '\t"devDependencies": {\r\n\t\t"tsx": "^4.0.0"\r\n\t}\r\n}',
    );
  });

  it('appends to a list that is not sorted, and keeps four spaces and a byte order mark', () => {
    const before = '\uFEFF{\n    "dependencies": {\n        "zod": "4",\n        "express": "4"\n    }\n}\n';
    const after = outcome({ 'package.json': before }, (builder) => builder.addPackage('ioredis', '^6.0.0'));
    expect(after['package.json']).toBe(
      '\uFEFF{\n    "dependencies": {\n        "zod": "4",\n        "express": "4",\n        "ioredis": "^6.0.0"\n    }\n}\n',
    );
  });

  it('lists nothing twice, and warns about a package that production would not install', () => {
    const before = JSON.stringify({
      devDependencies: { ioredis: '4' },
      dependencies: { tsx: '3' },
      scripts: { bench: 'x' },
    });
    const workspace = memoryWorkspace({ 'package.json': before });
    const { changes, packages, scripts, warnings } = plan(workspace, add);
    expect(changes.map(({ path }) => path)).toEqual([MANIFEST_PATH]);
    expect({ packages, scripts }).toEqual({ packages: [], scripts: {} });
    expect(warnings).toEqual([
      'ioredis is needed at run time, but package.json lists it in devDependencies',
      'the script "bench" of package.json was kept; it could also run: node bench.js',
    ]);
  });

  it('is a dependency when either of two capabilities needs it at run time', () => {
    for (const order of [
      [true, false],
      [false, true],
    ]) {
      const record = (builder: PlanBuilder) => {
        for (const dev of order) builder.addPackage('pino', '^10.0.0', { dev });
      };
      expect(plan(memoryWorkspace({ 'package.json': '{}' }), record).packages).toEqual([
        { name: 'pino', version: '^10.0.0', dev: false },
      ]);
    }
  });

  it('is merged with what the same plan creates', () => {
    const record = (builder: PlanBuilder) => {
      builder.create('package.json', '{\n  "name": "my-api"\n}\n');
      builder.addPackage('express', '^5.0.0');
    };
    const workspace = memoryWorkspace();
    const { changes, manifest: after } = plan(workspace, record);
    const content = '{\n  "name": "my-api",\n  "dependencies": {\n    "express": "^5.0.0"\n  }\n}\n';
    expect(changes).toContainEqual({ kind: 'create', path: 'package.json', content });
    expect(after.files).toEqual({ 'package.json': sha256(content) });
  });

  it("that is missing or damaged is the user's to repair", () => {
    expect(() => outcome({}, add)).toThrow(UserError);
    expect(() => outcome({ 'package.json': '{\n  "a": 1,\n  oops\n}' }, add)).toThrow(
      expect.objectContaining({ where: 'package.json:3' }),
    );
  });
});

describe('the env example file', () => {
  const add = (builder: PlanBuilder) => {
    builder.addEnv({ name: 'PORT', example: '3000', help: 'Where the server listens.' });
    builder.addEnv({ name: 'REDIS_URL', example: 'redis://localhost', help: 'Shared cache.\nOptional.' });
  };

  it('gets what it does not have, in its line ending', () => {
    const after = outcome({ '.env.sample': 'A=1\r\n#PORT=80' }, add, { envExample: '.env.sample' });
    expect(after['.env.sample']).toBe(
      'A=1\r\n#PORT=80\r\n\r\n# Shared cache.\r\n# Optional.\r\nREDIS_URL=redis://localhost\r\n',
    );
  });

  it('is created when it is missing', () => {
    const text = outcome({}, add)['.env.example'];
    expect(text).toMatch(/^# Where the server listens\.\nPORT=3000\n# Shared cache\.\n/);
  });
});

describe('files', () => {
  it('are created unless they are there already with the same text', () => {
    const files = { 'same.js': 'same' };
    const record = (builder: PlanBuilder) => {
      builder.create('same.js', 'same');
      builder.create('run.sh', '', { executable: true });
    };
    const { changes, manifest: after } = plan(memoryWorkspace(files), record);
    expect(changes.map(({ path }) => path)).toEqual([MANIFEST_PATH, 'run.sh']);
    expect(Object.keys(after.files)).toEqual(['run.sh', 'same.js']);
  });

  it('that are in the way are all named', () => {
    const workspace = memoryWorkspace({ 'a.js': '1', 'b/c.js': '2' });
    const record = (builder: PlanBuilder) => {
      for (const path of ['a.js', 'new.js', 'b']) builder.create(path, 'text');
    };
    expect(() => plan(workspace, record)).toThrow('already there with other contents: a.js, b');
  });

  it('that the user edited after they were emitted stay as they are', () => {
    const record = (builder: PlanBuilder) => builder.create('cache.js', 'emitted');
    const first = outcome({}, record);
    const edited = { ...first, 'cache.js': 'emitted and edited' };
    expect(plan(memoryWorkspace(edited), record).changes).toEqual([]);
  });

  it('that are ours and edited by a later plan count as emitted with that edit', () => {
    const first = outcome({}, (builder) => builder.create('app.js', 'one'));
    const splice = (builder: PlanBuilder) => builder.splice('app.js', { start: 3, end: 3, text: ' two' });
    expect(plan(memoryWorkspace(first), splice).manifest.files).toEqual({ 'app.js': sha256('one two') });
    const edited = { ...first, 'app.js': 'one, edited' };
    expect(plan(memoryWorkspace(edited), splice).manifest.files).toEqual({ 'app.js': sha256('one') });
  });

  it('cannot be edited twice at one place, nor when they are missing', () => {
    const builder = createPlanBuilder(memoryWorkspace({ 'a.js': 'abc' }));
    builder.splice('a.js', { start: 0, end: 2, text: 'x' });
    expect(() => builder.splice('a.js', { start: 1, end: 3, text: 'y' })).toThrow('overlaps');
    expect(() => builder.replace('a.js', 'z')).toThrow('already edited');
    expect(() => builder.splice('b.js', { start: 0, end: 0, text: 'y' })).toThrow(UserError);
  });
});

describe('a plan', () => {
  const record = (builder: PlanBuilder) => {
    builder.create('src/cache.js', 'cache\n');
    builder.replace('app.js', 'new\n');
    builder.addPackage('ioredis', '^6.0.0');
    builder.addScript('bench', 'node bench.js');
    builder.addEnv({ name: 'REDIS_URL', example: 'redis://localhost', help: 'Shared cache.' });
  };

  it('changes nothing the second time', async () => {
    const root = writeFiles({ 'app.js': 'old\n', 'package.json': '{}' });
    await applyPlan(root, plan(openWorkspace(root), record));
    const again = plan(openWorkspace(root), record);
    expect(again).toMatchObject({ changes: [], packages: [], scripts: {}, env: [] });
  });

  it('leaves a manifest alone that only looks different', () => {
    const files = { 'app.js': 'new\n', 'package.json': '{}' };
    const text = outcome(files, (builder) => builder.replace('app.js', 'new\n'))[MANIFEST_PATH] ?? '';
    const reformatted = {
      ...files,
      [MANIFEST_PATH]: JSON.stringify(JSON.parse(text), null, '\t').replaceAll('\n', '\r\n'),
    };
    expect(
      plan(memoryWorkspace(reformatted), (builder) => builder.replace('app.js', 'new\n')).changes,
    ).toEqual([]);
  });

  it('refuses a damaged manifest', () => {
    expect(() => plan(memoryWorkspace({ [MANIFEST_PATH]: '{"tool": 1}' }), record)).toThrow(
      '.scalable.json is damaged',
    );
  });

  it('has one JSON shape, with every key', () => {
    const value = plan(memoryWorkspace({ 'app.js': 'old\n', 'package.json': '{}' }), (builder) => {
      builder.splice('app.js', { start: 0, end: 0, text: '// ' });
      builder.addStep({ title: 'Look at it' });
    });
    expect(planToJson(value)).toEqual({
      title: 'test',
      changes: [
        {
          kind: 'create',
          path: MANIFEST_PATH,
          executable: false,
          content: expect.stringContaining('"cache"'),
        },
        {
          kind: 'edit',
          path: 'app.js',
          before: sha256('old\n'),
          splices: [{ start: 0, end: 0, text: '// ' }],
        },
      ],
      packages: [],
      scripts: {},
      env: [],
      steps: [{ title: 'Look at it', path: null, line: null, snippet: null }],
      warnings: [],
      capabilities: ['cache'],
    });
  });
});
