import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ExitCode, UserError } from '../../src/errors.js';
import { type AccessCheck, inspectTarget } from '../../src/project/target.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

function refusal(folder: string, cwd: string, access?: AccessCheck): UserError {
  try {
    inspectTarget(folder, cwd, access);
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error('was accepted');
}

describe('inspectTarget', () => {
  it('accepts a new folder and names the project after it', () => {
    const cwd = temporaryDirectory();
    expect(inspectTarget('my-api', cwd)).toMatchObject({
      root: join(cwd, 'my-api'),
      name: 'my-api',
      exists: false,
    });
  });

  it('accepts an empty folder and one that has only .git', () => {
    const cwd = temporaryDirectory();
    mkdirSync(join(cwd, 'empty'));
    mkdirSync(join(cwd, 'cloned/.git'), { recursive: true });
    expect(inspectTarget('empty', cwd)).toMatchObject({ exists: true, insideGit: false });
    expect(inspectTarget('cloned', cwd)).toMatchObject({ exists: true, insideGit: true });
  });

  it('sees a git repository around it', () => {
    const cwd = temporaryDirectory();
    mkdirSync(join(cwd, '.git'));
    expect(inspectTarget('my-api', cwd).insideGit).toBe(true);
  });

  it.each([
    ['My API', 'it has capital letters', 'my-api'],
    ['_private', 'it starts with a dot or an underscore', 'private'],
    ['naïve', 'it has characters other than', 'na-ve'],
    ['http', 'it is the name of a module of Node', 'http-api'],
    ['node_modules', 'npm reserves it', 'node-modules'],
    ['a'.repeat(215), 'it is longer than 214 characters', 'a'.repeat(214)],
  ])('refuses the name %s', (name, fault, valid) => {
    const error = refusal(name, temporaryDirectory());
    expect(error.message).toContain(fault);
    expect(error.hint).toBe(`Choose another folder name, such as ${valid}.`);
    expect(error.exitCode).toBe(ExitCode.usage);
  });

  it('refuses a folder that is not empty and names what is in it', () => {
    const cwd = temporaryDirectory();
    for (const name of ['a.js', 'b.js', 'c.js', 'd.js']) writeFileSync(join(cwd, name), '');
    const error = refusal('.', join(cwd));
    expect(error.message).toBe('The folder . is not empty: it has a.js, b.js, c.js and 1 more.');
    expect(error.exitCode).toBe(ExitCode.refused);
  });

  it('refuses a file, a dangling link and a missing parent', () => {
    const cwd = temporaryDirectory();
    writeFileSync(join(cwd, 'taken'), '');
    symlinkSync(join(cwd, 'nowhere'), join(cwd, 'dangling'));
    expect(refusal('taken', cwd).message).toBe('taken exists and is not a folder.');
    expect(refusal('dangling', cwd).message).toBe('dangling exists and is not a folder.');
    expect(refusal('no/parent', cwd).message).toBe(
      'Cannot create no/parent: its parent folder does not exist.',
    );
    expect(refusal('taken/api', cwd).message).toBe(
      'Cannot create taken/api: its parent folder is not a folder.',
    );
  });

  it('refuses a place that it may not write to', () => {
    const cwd = temporaryDirectory();
    const error = refusal('my-api', cwd, () => {
      throw new Error('EACCES');
    });
    expect(error).toMatchObject({
      message: 'You have no permission to write into this folder.',
      where: cwd,
      exitCode: ExitCode.refused,
    });
  });
});
