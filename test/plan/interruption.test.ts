import { cpSync, existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { UserError } from '../../src/errors.js';
import { applyPlan } from '../../src/plan/apply.js';
import type { FileIo } from '../../src/plan/file-io.js';
import { recover } from '../../src/plan/recover.js';
import { undo } from '../../src/plan/undo.js';
import { snapshot } from '../support/snapshot.js';
import { temporaryDirectory } from '../support/temporary-directory.js';
import { compileEngine, type EngineCommand, runUntilKilled } from './killed-run.js';
import { fileError, interceptedIo, samplePlan, sampleRepository } from './sample.js';

type Snapshot = Record<string, string>;

let oldRoot: string;
let newRoot: string;
let oldState: Snapshot;
let newState: Snapshot;

beforeAll(async () => {
  oldRoot = sampleRepository();
  oldState = snapshot(oldRoot);
  newRoot = copyOf(oldRoot);
  await applyPlan(newRoot, samplePlan(newRoot));
  newState = snapshot(newRoot);
});

function copyOf(root: string): string {
  const copy = temporaryDirectory();
  cpSync(root, copy, { recursive: true });
  return copy;
}

/** Fails from the n-th changing operation on: what a killed process leaves behind, without a process. */
function dyingIo(fatal: number): FileIo {
  let count = 0;
  return interceptedIo(() => {
    if (++count >= fatal) throw new Error('killed');
  });
}

function failingOnce(fatal: number, error: Error): FileIo {
  let count = 0;
  return interceptedIo((operation, args) => {
    if (++count !== fatal) return;
    if (operation === 'write') writeFileSync(String(args[0]), 'half');
    throw error;
  });
}

/** The lock of a run that died in this process, which is still alive, looks like that of a process which is not. */
function forgetLock(root: string): void {
  const owner = path.join(root, '.scalable/lock/owner');
  if (existsSync(owner)) writeFileSync(owner, '999999999 token');
}

async function fails(run: Promise<unknown>): Promise<unknown> {
  return run.then(
    () => undefined,
    (error: unknown) => error,
  );
}

async function countOperations(): Promise<number> {
  const root = copyOf(oldRoot);
  let count = 0;
  const io = interceptedIo(() => {
    count++;
  });
  await applyPlan(root, samplePlan(root), { io });
  return count;
}

/** Calls `attempt` with 1, 1 + step, ... until it says that its run was over before; the number of interrupted runs. */
async function forEveryOperation(attempt: (fatal: number) => Promise<boolean>, step = 1): Promise<number> {
  let fatal = 1;
  while (await attempt(fatal)) fatal += step;
  return fatal - 1;
}

function expectOldOrNew(root: string): void {
  const state = snapshot(root);
  expect([oldState, newState]).toContainEqual(state);
}

describe('a full disk', () => {
  const full = fileError('ENOSPC', 'no space left on device');

  it('at any operation of apply leaves the old state, and says what could not be written', async () => {
    const operations = await countOperations();
    let refused = 0;
    for (let fatal = 1; fatal <= operations; fatal++) {
      const root = copyOf(oldRoot);
      const error = await fails(applyPlan(root, samplePlan(root), { io: failingOnce(fatal, full) }));
      if (error === undefined) {
        // The plan was committed: only tidying up behind it has failed.
        expect(withoutLock(snapshot(root))).toEqual(newState);
        continue;
      }
      refused++;
      expect(error).toBeInstanceOf(UserError);
      expect(String(error)).toContain(
        'cannot be written (ENOSPC: no space left on device); nothing was changed',
      );
      expect(snapshot(root)).toEqual(oldState);
    }
    expect(refused).toBeGreaterThan(25);
  });

  it('that stays full is no obstacle to putting the files back', async () => {
    const root = copyOf(oldRoot);
    let placed = 0;
    const io = interceptedIo((operation, [, to]) => {
      const places = operation === 'rename' && !String(to).includes('.scalable/');
      if (places) placed++;
      const needsSpace = operation === 'write' || operation === 'makeDirectory';
      if (placed === 4 ? places || needsSpace : placed > 4 && needsSpace) throw full;
    });
    expect(await fails(applyPlan(root, samplePlan(root), { io }))).toBeInstanceOf(UserError);
    expect(placed).toBeGreaterThan(4);
    expect(snapshot(root)).toEqual(oldState);
  });
});

describe('a process that ends', { timeout: 30_000 }, () => {
  it('at any operation of apply, with recoveries that end as well, leaves the old or the new state', async () => {
    const interrupted = await forEveryOperation(async (fatal) => {
      const root = copyOf(oldRoot);
      const died = (await fails(applyPlan(root, samplePlan(root), { io: dyingIo(fatal) }))) !== undefined;
      await forEveryOperation(async (again) => {
        forgetLock(root);
        return (await fails(recover(root, dyingIo(again)))) !== undefined;
      }, 3);
      expectOldOrNew(root);
      return died;
    });
    expect(interrupted).toBeGreaterThan(30);
  });

  it('at any operation of a recovery leaves the old state', async () => {
    const halfWay = copyOf(newRoot);
    await fails(undo(halfWay, dyingIo(9)));
    forgetLock(halfWay);
    expect([oldState, newState]).not.toContainEqual(snapshot(halfWay));
    const interrupted = await forEveryOperation(async (fatal) => {
      const root = copyOf(halfWay);
      const died = (await fails(recover(root, dyingIo(fatal)))) !== undefined;
      forgetLock(root);
      await recover(root);
      expect(snapshot(root)).toEqual(oldState);
      return died;
    });
    expect(interrupted).toBeGreaterThan(10);
  });
});

describe('kill -9', () => {
  let engine: string;
  beforeAll(() => {
    engine = compileEngine();
  });

  interface Victim {
    readonly command: EngineCommand;
    readonly from: string;
    readonly planFile?: string;
    readonly step?: number;
  }

  function killEverywhere({ command, from, planFile, step }: Victim): Promise<number> {
    return forEveryOperation(async (fatal) => {
      const root = copyOf(from);
      const killed = await runUntilKilled(engine, command, root, fatal, planFile);
      await recover(root);
      expectOldOrNew(root);
      return killed;
    }, step);
  }

  it('at any operation of apply leaves the old or the new state', async () => {
    const planFile = path.join(temporaryDirectory(), 'plan.json');
    writeFileSync(planFile, JSON.stringify(samplePlan(oldRoot)));
    expect(await killEverywhere({ command: 'apply', from: oldRoot, planFile })).toBeGreaterThan(25);
  }, 30_000);

  it('at every third operation of undo leaves the old or the new state', async () => {
    expect(await killEverywhere({ command: 'undo', from: newRoot, step: 3 })).toBeGreaterThan(15);
  }, 30_000);
});

describe('undo', () => {
  it('that fails is completed by the next one, and says so', async () => {
    const told: string[] = [];
    await forEveryOperation(async (fatal) => {
      const root = copyOf(newRoot);
      const error = await fails(undo(root, failingOnce(fatal, fileError('EIO', 'input/output error'))));
      if (error instanceof UserError) told.push(error.message);
      forgetLock(root);
      await recover(root);
      expectOldOrNew(root);
      return error !== undefined;
    });
    expect(told).toContain(
      'src/app.js cannot be written (EIO: input/output error); the next run in this folder goes on putting the files back',
    );
  });
});

function withoutLock(state: Snapshot): Snapshot {
  return Object.fromEntries(Object.entries(state).filter(([file]) => !file.startsWith('.scalable/lock')));
}
