import { accessSync, constants, existsSync, lstatSync, readdirSync, statSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { basename, dirname, join, resolve } from 'node:path';
import { ExitCode, UserError } from '../errors.js';
import { STATE_DIRECTORY } from '../plan/manifest.js';

/** What a folder may hold and still count as empty. */
const ALLOWED: readonly string[] = ['.git', STATE_DIRECTORY];

/** Where a new project goes. */
export interface Target {
  /** Absolute path; the folder itself may not exist yet. */
  readonly root: string;
  /** npm name, the folder's own name. */
  readonly name: string;
  readonly exists: boolean;
  /** The folder already belongs to a git repository, its own or one around it. */
  readonly insideGit: boolean;
}

/** Throws when this process may not write into the folder. */
export type AccessCheck = (folder: string) => void;

const writable: AccessCheck = (folder) => accessSync(folder, constants.W_OK | constants.X_OK);

/** Checks that `folder` can take a new project, without writing anything. Throws `UserError`. */
export function inspectTarget(folder: string, cwd: string, access: AccessCheck = writable): Target {
  const root = resolve(cwd, folder);
  const exists = checkFolder(root, folder);
  checkAccess(exists ? root : dirname(root), access);
  return { root, name: packageName(root), exists, insideGit: isInsideGit(root) };
}

/** The npm name for the folder. Throws `UserError` (usage) that says what is wrong with it and what would do. */
function packageName(root: string): string {
  const name = basename(root);
  const fault = nameFault(name);
  if (fault === undefined) return name;
  const valid = validNameLike(name);
  throw new UserError(`"${name}" cannot be the name of an npm package: ${fault}.`, {
    hint:
      valid === undefined ? 'Choose another folder name.' : `Choose another folder name, such as ${valid}.`,
    exitCode: ExitCode.usage,
  });
}

/** Why npm would not accept the name; undefined when it does. */
export function nameFault(name: string): string | undefined {
  if (name === '') return 'it is empty';
  if (name.length > 214) return 'it is longer than 214 characters';
  if (name !== name.toLowerCase()) return 'it has capital letters';
  if (/^[._]/.test(name)) return 'it starts with a dot or an underscore';
  if (!/^[a-z0-9._~-]+$/.test(name))
    return 'it has characters other than a-z, 0-9, dot, dash, underscore and tilde';
  if (name === 'node_modules' || name === 'favicon.ico') return 'npm reserves it';
  if (builtinModules.includes(name)) return 'it is the name of a module of Node';
  return undefined;
}

function validNameLike(name: string): string | undefined {
  const cleaned = name
    .toLowerCase()
    .replace(/[^a-z0-9~-]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 214);
  return [cleaned, `${cleaned}-api`].find(
    (candidate) => cleaned !== '' && nameFault(candidate) === undefined,
  );
}

/** Whether the folder exists; throws when a project cannot go there. */
function checkFolder(root: string, shown: string): boolean {
  checkParent(dirname(root), shown);
  if (lstatSync(root, { throwIfNoEntry: false }) === undefined) return false;
  if (!isFolder(root)) {
    throw new UserError(`${shown} exists and is not a folder.`, {
      where: root,
      hint: 'Choose another name.',
    });
  }
  checkEmpty(root, shown);
  return true;
}

function checkParent(parent: string, shown: string): void {
  if (isFolder(parent)) return;
  const problem = existsSync(parent) ? 'is not a folder' : 'does not exist';
  throw new UserError(`Cannot create ${shown}: its parent folder ${problem}.`, {
    where: parent,
    hint: 'Create the parent folder first, or choose another place.',
  });
}

function checkEmpty(root: string, shown: string): void {
  const found = readdirSync(root).filter((name) => !ALLOWED.includes(name));
  if (found.length === 0) return;
  const first = found.slice(0, 3).join(', ');
  const more = found.length > 3 ? ` and ${found.length - 3} more` : '';
  throw new UserError(`The folder ${shown} is not empty: it has ${first}${more}.`, {
    where: root,
    hint: 'Choose a new or empty folder; to extend a backend that exists, run `generate` or `retrofit` inside it.',
  });
}

function checkAccess(folder: string, access: AccessCheck): void {
  try {
    access(folder);
  } catch {
    throw new UserError('You have no permission to write into this folder.', {
      where: folder,
      hint: 'Change its owner or mode, or choose another place.',
    });
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function isInsideGit(root: string): boolean {
  if (existsSync(join(root, '.git'))) return true;
  const parent = dirname(root);
  return parent !== root && isInsideGit(parent);
}
