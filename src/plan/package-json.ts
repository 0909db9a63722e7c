import {
  findNodeAtLocation,
  type Node,
  type ParseError,
  parse,
  parseTree,
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
  const mark = text.slice(0, text.length - body.length);
  const root = parseTree(body);
  if (root === undefined) throw new Error(`${PACKAGE_JSON} has no contents`);
  const property = `${JSON.stringify(name)}: ${JSON.stringify(value)}`;
  const object = findNodeAtLocation(root, [section]);
  if (object !== undefined)
    return mark + insertAt(body, object, 1, findPlace(name, namesOf(object)), property);
  const startLine = lineStarter(body);
  const wrapped = `"${section}": {${startLine(2)}${property}${startLine(1)}}`;
  return mark + insertAt(body, root, 0, placeOfSection(section, namesOf(root)), wrapped);
}

/**
 * Inserts a property as the `place`-th of an object, spaced as its neighbour is. jsonc-parser's own `modify` would format the
 * neighbour as well, and break an array on one line into many.
 */
function insertAt(text: string, object: Node, depth: number, place: number, property: string): string {
  const neighbours = object.children ?? [];
  const [next, last] = [neighbours[place], neighbours.at(-1)];
  if (next !== undefined) {
    return `${text.slice(0, next.offset)}${property},${spacingBefore(text, next)}${text.slice(next.offset)}`;
  }
  if (last !== undefined) {
    const end = last.offset + last.length;
    return `${text.slice(0, end)},${spacingBefore(text, last)}${property}${text.slice(end)}`;
  }
  const startLine = lineStarter(text);
  const filled = `{${startLine(depth + 1)}${property}${startLine(depth)}}`;
  return text.slice(0, object.offset) + filled + text.slice(object.offset + object.length);
}

function spacingBefore(text: string, node: Node): string {
  return /\s*$/.exec(text.slice(0, node.offset))?.[0] ?? '';
}

function namesOf(object: Node): string[] {
  return (object.children ?? []).map((property) => String(property.children?.[0]?.value));
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

/** How the file starts a line, by depth. */
function lineStarter(text: string): (depth: number) => string {
  const indent = /^[ \t]+(?=")/m.exec(text)?.[0] ?? '  ';
  const lineEnding = text.includes('\r\n') ? '\r\n' : '\n';
  return (depth) => lineEnding + indent.repeat(depth);
}

function withoutMark(text: string): string {
  return text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;
}
