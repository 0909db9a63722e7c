import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ExitCode, UserError } from '../../src/errors.js';
import { applyPlan } from '../../src/plan/apply.js';
import { diskIo } from '../../src/plan/file-io.js';
import { sha256 } from '../../src/plan/hash.js';
import { materialise } from '../../src/plan/materialise.js';
import type { FileChange, Plan } from '../../src/plan/plan.js';
import { recover } from '../../src/plan/recover.js';
import { undo } from '../../src/plan/undo.js';
import { openWorkspace } from '../../src/project/disk-workspace.js';
import { snapshot } from '../support/snapshot.js';
import { temporaryDirectory, writeFiles } from '../support/temporary-directory.js';
import { textWithSplices } from './arbitrary-edits.js';
import { fileError, interceptedIo, samplePlan, sampleRepository } from './sample.js';

function planOf(...changes: FileChange[]): Pick<Plan, 'title' | 'changes'> {
  return { title: 'test', changes };
}

const create = (file: string, content = 'new\n'): FileChange => ({ kind: 'create', path: file, content });

const append = (file: string, before: string, text: string): FileChange => ({
  kind: 'edit',
  path: file,
  before: sha256(before),
  splices: [{ start: before.length, end: before.length, text }],
});

async function refusal(promise: Promise<unknown>): Promise<UserError> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof UserError)) throw new Error(`expected a UserError, got ${String(error)}`);
  return error;
}

describe('applyPlan', () => {
  it('writes the texts that the plan leads to, keeps modes, and hides its history from git', async () => {
    const root = sampleRepository();
    const plan = samplePlan(root);
    const expected = materialise(plan, openWorkspace(root));
    execFileSync('git', ['init', '-q'], { cwd: root });
    await applyPlan(root, plan);
    expect(plan.changes).toHaveLength(6);
    for (const { path: file, after } of expected) {
      expect(readFileSync(path.join(root, file), 'utf8')).toBe(after);
    }
    const entries = snapshot(root);
    expect(entries['src/app.js']).toMatch(/^640 /);
    expect(entries['bin/start.sh']).toMatch(/^755 /);
    expect(entries['bin/warm']).toMatch(/^755 /);
    const status = execFileSync('git', ['status', '--porcelain', '-uall'], { cwd: root, encoding: 'utf8' });
    expect(status).not.toContain('.scalable/');
  });

  it('writes nothing when a file has changed since it was read', async () => {
    const root = sampleRepository();
    const plan = samplePlan(root);
    writeFileSync(path.join(root, 'src/app.js'), 'changed');
    const before = snapshot(root);
    const error = await refusal(applyPlan(root, plan));
    expect(error.message).toBe('src/app.js was changed while the command ran');
    expect(snapshot(root)).toEqual(before);
  });

  it('takes everything back when an editor saves a file while the plan is being written', async () => {
    const root = sampleRepository();
    const before = snapshot(root);
    const io = interceptedIo((operation, [, to]) => {
      if (operation !== 'rename' || !String(to).endsWith('bin/start.sh')) return;
      writeFileSync(path.join(root, 'src/app.js'), 'saved by an editor');
    });
    const error = await refusal(applyPlan(root, samplePlan(root), { io }));
    expect(error.where).toBe('src/app.js');
    expect(readFileSync(path.join(root, 'src/app.js'), 'utf8')).toBe('saved by an editor');
    expect({ ...snapshot(root), 'src/app.js': before['src/app.js'] }).toEqual(before);
  });

  it('does not write over a file that has appeared', async () => {
    const root = writeFiles({ 'new.js': 'mine' });
    const error = await refusal(applyPlan(root, planOf(create('new.js'))));
    expect(error.message).toBe('new.js is already there');
    expect(Object.keys(snapshot(root))).toEqual(['new.js']);
  });

  it.each([
    ['a directory that is a link out of the root', 'linked/new.js'],
    ['a file below such a directory', 'linked/deep/new.js'],
    ['a parent path', '../new.js'],
    ['an absolute path', '/tmp/new.js'],
    ['a file used as a folder', 'app.js/new.js'],
  ])('refuses %s', async (_what, file) => {
    const outside = temporaryDirectory();
    const root = writeFiles({ 'app.js': '' });
    symlinkSync(outside, path.join(root, 'linked'));
    const before = snapshot(root);
    const error = await refusal(applyPlan(root, planOf(create('fine.js'), create(file))));
    expect(error.where).toBe(file);
    expect(snapshot(root)).toEqual(before);
    expect(snapshot(outside)).toEqual({});
  });

  it('refuses to edit through a link, and to keep its state behind one', async () => {
    const outside = writeFiles({ 'secret.js': 'x' });
    const root = temporaryDirectory();
    symlinkSync(path.join(outside, 'secret.js'), path.join(root, 'app.js'));
    expect((await refusal(applyPlan(root, planOf(append('app.js', 'x', 'y'))))).where).toBe('app.js');
    symlinkSync(outside, path.join(root, '.scalable'));
    expect((await refusal(applyPlan(root, planOf(create('new.js'))))).where).toBe('.scalable');
    expect(readFileSync(path.join(outside, 'secret.js'), 'utf8')).toBe('x');
  });

  it('writes through a directory that is a link inside of the root, but each file once', async () => {
    const root = writeFiles({ 'real/app.js': 'x' });
    symlinkSync('real', path.join(root, 'linked'));
    await applyPlan(root, planOf(append('linked/app.js', 'x', 'y')));
    expect(readFileSync(path.join(root, 'real/app.js'), 'utf8')).toBe('xy');
    const twice = planOf(append('linked/app.js', 'xy', '1'), append('real/app.js', 'xy', '2'));
    expect((await refusal(applyPlan(root, twice))).message).toContain('are the same file');
  });

  it('names the file that may not be written, before it writes any', async () => {
    const root = sampleRepository();
    const before = snapshot(root);
    const io = { ...diskIo, isWritable: (place: string) => place !== path.join(root, 'src') };
    const error = await refusal(applyPlan(root, samplePlan(root), { io }));
    expect(error.message).toBe('src/app.js cannot be written: permission denied');
    expect(snapshot(root)).toEqual(before);
  });

  it('makes the folder of a new project, and removes it when that fails', async () => {
    const root = path.join(temporaryDirectory(), 'apps', 'my-api');
    const plan = planOf(create('package.json', '{}'), create('src/a/b.ts'));
    const io = interceptedIo((operation, [, to]) => {
      if (operation === 'rename' && String(to).endsWith('b.ts'))
        throw fileError('EACCES', 'permission denied');
    });
    const error = await refusal(applyPlan(root, plan, { io }));
    expect(error.message).toBe(
      'src/a/b.ts cannot be written (EACCES: permission denied); nothing was changed',
    );
    expect(existsSync(path.dirname(root))).toBe(false);
    await applyPlan(root, plan);
    expect(readFileSync(path.join(root, 'src/a/b.ts'), 'utf8')).toBe('new\n');
    await undo(root);
    expect(existsSync(root)).toBe(false);
  });

  it('is cancelled as a whole', async () => {
    const root = path.join(temporaryDirectory(), 'my-api');
    const controller = new AbortController();
    const applied = applyPlan(root, planOf(create('a'), create('b')), { signal: controller.signal });
    controller.abort();
    expect((await refusal(applied)).exitCode).toBe(ExitCode.cancelled);
    expect(existsSync(root)).toBe(false);
  });

  it('lets one run at a time change a folder', async () => {
    const root = temporaryDirectory();
    const outcomes = await Promise.allSettled([
      applyPlan(root, planOf(create('a'), create('b'))),
      applyPlan(root, planOf(create('c'))),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    expect(outcomes[1]).toMatchObject({
      reason: { message: expect.stringContaining('is changing this folder') },
    });
    expect(existsSync(path.join(root, 'c'))).toBe(false);
  });

  it('takes the lock over from a process that is gone', async () => {
    const root = writeFiles({ '.scalable/lock/owner': '999999999 token' });
    await applyPlan(root, planOf(create('a')));
    expect(existsSync(path.join(root, '.scalable/lock'))).toBe(false);
    await undo(root);
    expect(snapshot(root)).toEqual({});
  });

  it('crosses a mount point inside of the repository', async () => {
    const root = sampleRepository();
    const before = snapshot(root);
    const io = interceptedIo((operation, [from, to]) => {
      const crosses =
        path.basename(path.dirname(String(from))) === 'journal' && !String(to).includes('.scalable/');
      if (operation === 'rename' && crosses) throw fileError('EXDEV', 'cross-device link not permitted');
    });
    await applyPlan(root, samplePlan(root), { io });
    expect(snapshot(root)['src/app.js']).not.toBe(before['src/app.js']);
    expect(Object.keys(snapshot(root)).filter((file) => file.includes('tmp'))).toEqual([]);
    await undo(root, io);
    expect(snapshot(root)).toEqual(before);
  });
});

describe('undo', () => {
  it('walks back through history, to the byte and without a trace', async () => {
    const root = sampleRepository();
    const states = [snapshot(root)];
    await applyPlan(root, samplePlan(root));
    const text = readFileSync(path.join(root, 'src/cache/deep/index.js'), 'utf8');
    states.push(withoutState(root));
    await applyPlan(
      root,
      planOf(append('src/cache/deep/index.js', text, '// more\n'), create('src/later/x.js')),
    );
    expect((await undo(root)).files).toEqual(['src/cache/deep/index.js', 'src/later/x.js']);
    expect(withoutState(root)).toEqual(states[1]);
    expect((await undo(root)).title).toBe('retrofit cache');
    expect(snapshot(root)).toEqual(states[0]);
    expect((await refusal(undo(root))).message).toBe('there is nothing to undo here');
    expect(snapshot(root)).toEqual(states[0]);
  });

  it('refuses, naming each file that was changed since, and changes nothing', async () => {
    const root = sampleRepository();
    await applyPlan(root, samplePlan(root));
    writeFileSync(path.join(root, 'src/app.js'), 'my work');
    writeFileSync(path.join(root, 'bin/warm'), 'mine as well');
    const before = snapshot(root);
    const error = await refusal(undo(root));
    expect(error.message).toBe('changed since "retrofit cache" and not touched: bin/warm, src/app.js');
    expect(snapshot(root)).toEqual(before);
  });

  it('keeps a directory that somebody else uses by now, and accepts that a new file is gone', async () => {
    const root = sampleRepository();
    const before = snapshot(root);
    await applyPlan(root, samplePlan(root));
    rmSync(path.join(root, 'bin/warm'));
    writeFileSync(path.join(root, 'src/cache/mine.js'), '');
    await undo(root);
    const after = snapshot(root);
    expect(Object.keys(after).filter((file) => !(file in before))).toEqual([
      'src/cache',
      'src/cache/mine.js',
    ]);
  });

  it('refuses a saved copy that is damaged', async () => {
    const root = sampleRepository();
    await applyPlan(root, samplePlan(root));
    for (const name of ['before-1', 'before-4']) {
      const saved = path.join(root, '.scalable/history/1', name);
      if (existsSync(saved)) writeFileSync(saved, 'damaged');
    }
    const before = snapshot(root);
    expect((await refusal(undo(root))).message).toContain('is damaged');
    expect(snapshot(root)).toEqual(before);
  });
});

describe('recover', () => {
  it('does not write where nothing was interrupted', async () => {
    const io = interceptedIo((operation) => {
      throw new Error(`${operation} while there is nothing to recover`);
    });
    const root = sampleRepository();
    expect(await recover(root, io)).toBeUndefined();
    await applyPlan(root, samplePlan(root));
    expect(await recover(root, io)).toBeUndefined();
  });
});

describe('properties', () => {
  it('undo gives back every text after any splices', async () => {
    const root = temporaryDirectory();
    await fc.assert(
      fc.asyncProperty(
        textWithSplices,
        fc.constantFrom(0o644, 0o600, 0o755),
        async ({ text, splices }, mode) => {
          mkdirSync(path.join(root, 'src'), { recursive: true });
          const file = path.join(root, 'src/file.js');
          writeFileSync(file, text);
          chmodSync(file, mode);
          const before = snapshot(root);
          await applyPlan(root, planOf({ kind: 'edit', path: 'src/file.js', before: sha256(text), splices }));
          await undo(root);
          expect(snapshot(root)).toEqual(before);
        },
      ),
      { numRuns: 60 },
    );
  });
});

function withoutState(root: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(snapshot(root)).filter(([file]) => file.split('/')[0] !== '.scalable'),
  );
}
