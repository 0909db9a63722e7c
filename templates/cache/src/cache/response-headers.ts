import type { ServerResponse } from 'node:http';
import type { HeaderField, HeaderValue } from './entry.js';

/** Headers as they were at one moment, by lower-case name. */
export type HeaderSnapshot = ReadonlyMap<string, HeaderField>;

/** Every response has it; the types of older Node versions know it of requests only. */
interface RawHeaderNames {
  getRawHeaderNames(): string[];
}

/** They describe one connection, or this cache, and not the response. */
const NEVER_REPLAYED = new Set([
  ...['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'trailer', 'upgrade', 'te'],
  ...['date', 'age', 'x-cache', 'cache-status'],
]);

export function snapshotHeaders(response: ServerResponse): HeaderSnapshot {
  const names = (response as ServerResponse & RawHeaderNames).getRawHeaderNames();
  const fields = names.map((name): [string, HeaderField] => {
    const value = response.getHeader(name) ?? '';
    return [name.toLowerCase(), [name, typeof value === 'number' ? String(value) : value]];
  });
  return new Map(fields);
}

/** What the chain set, `before` being the headers that it met. */
export function headersSetSince(before: HeaderSnapshot, after: HeaderSnapshot): HeaderField[] {
  const connection = listOf(after, 'connection');
  return [...after]
    .filter(([name]) => !NEVER_REPLAYED.has(name) && !connection.includes(name))
    .filter(([name, [, value]]) => !isSame(before.get(name)?.[1], value))
    .map(([, field]) => field);
}

export function headersRemovedSince(before: HeaderSnapshot, after: HeaderSnapshot): string[] {
  return [...before.keys()].filter((name) => !after.has(name) && !NEVER_REPLAYED.has(name));
}

export function headerValue(headers: readonly HeaderField[], name: string): string | undefined {
  const field = headers.find(([candidate]) => candidate.toLowerCase() === name);
  return field === undefined ? undefined : joined(field[1]);
}

/** The comma-separated members of a header, in lower case. */
export function membersOf(value: string | undefined): string[] {
  const members = (value ?? '').split(',').map((member) => member.trim().toLowerCase());
  return members.filter((member) => member !== '');
}

/** Adds members to a list header such as `Vary`; those that are there stay as they are. */
export function mergeMembers(response: ServerResponse, name: string, value: string): void {
  const current = response.getHeader(name);
  const present =
    current === undefined ? '' : joined(typeof current === 'number' ? String(current) : current);
  const known = membersOf(present);
  const added = value.split(',').map((member) => member.trim());
  const missing = added.filter((member) => member !== '' && !known.includes(member.toLowerCase()));
  response.setHeader(name, [present, ...missing].filter((part) => part !== '').join(', '));
}

function listOf(headers: HeaderSnapshot, name: string): string[] {
  const value = headers.get(name)?.[1];
  return value === undefined ? [] : membersOf(joined(value));
}

function isSame(one: HeaderValue | undefined, other: HeaderValue): boolean {
  if (typeof one === 'string' || one === undefined) return one === other;
  return typeof other !== 'string' && one.join('\n') === other.join('\n');
}

function joined(value: HeaderValue): string {
  return typeof value === 'string' ? value : value.join(', ');
}
