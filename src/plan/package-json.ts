import {
  applyEdits,
  type FormattingOptions,
  modify,
  type ParseError,
  parse,
  printParseErrorCode,
} from 'jsonc-parser';
import { UserError } from '../errors.js';
import type { PackageRequest } from './plan.js';

export const PACKAGE_JSON = 'package.json';
const BYTE_ORDER_MARK = '\uFEFF';

type Section = 'dependencies' | 'devDependencies' | 'optionalDependencies' | 'scripts';
type PackageJson = Readonly<Partial<Record<Section, Readonly<Record<string, string>>>>>;

/** Parsed contents; throws `UserError` with the line where it is not JSON. */
export function parsePackageJson(text: string): PackageJson {
  const errors: ParseError[] = [];
  const value: unknown = parse(withoutMark(text), errors);
  const [error] = errors;
  if (error !== undefined || typeof value !== 'object' || value === null) {
    const line = withoutMark(text)
      .slice(0, error?.offset ?? 0)
      .split('\n').length;
    const problem = error === undefined ? 'not an object' : printParseErrorCode(error.error);
    throw new UserError(`${PACKAGE_JSON} is not valid JSON (${problem})`, {
      where: `${PACKAGE_JSON}:${line}`,
    });
  }
  return value;
}

/** Where the package is listed, whatever the version. */
export function listedIn(contents: PackageJson, name: string): Section | undefined {
  const sections = ['dependencies', 'optionalDependencies', 'devDependencies'] as const;
  return sections.find((section) => contents[section]?.[name] !== undefined);
}

/** Adds a package: in its sorted place when those that are there are sorted, else behind them. */
export function insertPackage(text: string, { name, version, dev }: PackageRequest): string {
  return insert(text, dev ? 'devDependencies' : 'dependencies', name, version, sortedPlace);
}

/** Adds a script behind the others. */
export function insertScript(text: string, name: string, command: string): string {
  return insert(text, 'scripts', name, command, (_name, others) => others.length);
}

type FindPlace = (name: string, others: readonly string[]) => number;

function insert(text: string, section: Section, name: string, value: string, findPlace: FindPlace): string {
  const body = withoutMark(text);
  const sectionExists = parsePackageJson(body)[section] !== undefined;
  // jsonc-parser asks for the place among the keys of the root when it has to make the section as well.
  const getInsertionIndex = (keys: string[]) =>
    sectionExists ? findPlace(name, keys) : placeOfSection(section, keys);
  const edits = modify(body, [section, name], value, {
    formattingOptions: formattingOf(body),
    getInsertionIndex,
  });
  return text.slice(0, text.length - body.length) + applyEdits(body, edits);
}

const npmOrder = (a: string, b: string) => a.localeCompare(b, 'en');
const codeUnitOrder = (a: string, b: string) => (a < b ? -1 : 1);

/** npm sorts by locale, yarn and pnpm by code unit: whichever order the list already has is kept. */
function sortedPlace(name: string, others: readonly string[]): number {
  const order = [npmOrder, codeUnitOrder].find((compare) => isSorted(others, compare));
  const place = order === undefined ? -1 : others.findIndex((other) => order(name, other) < 0);
  return place === -1 ? others.length : place;
}

function isSorted(names: readonly string[], compare: (a: string, b: string) => number): boolean {
  return names.every((name, index) => index === 0 || compare(names[index - 1] ?? '', name) <= 0);
}

/** In front of the first section that usually comes later. */
function placeOfSection(section: Section, keys: readonly string[]): number {
  const usualOrder: readonly string[] = ['scripts', 'dependencies', 'devDependencies'];
  const later = usualOrder.slice(usualOrder.indexOf(section) + 1);
  const place = keys.findIndex((key) => later.includes(key));
  return place === -1 ? keys.length : place;
}

function formattingOf(text: string): FormattingOptions {
  const indent = /^[ \t]+(?=")/m.exec(text)?.[0] ?? '  ';
  return {
    insertSpaces: !indent.startsWith('\t'),
    tabSize: indent.length,
    eol: text.includes('\r\n') ? '\r\n' : '\n',
  };
}

function withoutMark(text: string): string {
  return text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;
}
