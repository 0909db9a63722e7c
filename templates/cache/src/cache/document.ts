import type { Encoder } from './fingerprint-encode.js';

/** The parts of a mongoose document (5 to 9) that are read here. */
export interface MongooseDocument {
  readonly $__: DocumentInternals;
  readonly $isNew?: boolean;
  readonly isNew?: boolean;
  _doc: Record<string, unknown>;
  readonly ownerDocument?: () => unknown;
}

interface DocumentInternals {
  readonly activePaths?: {
    readonly states?: { readonly modify?: object };
    getStatePaths?(state: string): object | undefined;
  };
  readonly locals?: Record<string, unknown>;
  readonly selected?: unknown;
  readonly session?: unknown;
  readonly populated?: Record<string, { readonly value?: unknown }>;
}

interface DocumentModel {
  readonly name?: string;
  readonly modelName?: string;
  readonly collection?: { readonly name?: string };
  readonly db?: { readonly name?: string; readonly host?: string; readonly port?: number };
}

export function isDocument(value: object): value is MongooseDocument {
  const { $__ } = value as Partial<MongooseDocument>;
  return typeof $__ === 'object' && $__ !== null && '_doc' in value;
}

/** The state of a document outside of its fields: model, modified paths, population, and what code hung on it. */
export function documentState(document: MongooseDocument, encoder: Encoder): string {
  const hung = hungState(document, encoder);
  return `${hung === '' ? 'K' : 'H'}${modelLabel(document)}${changes(document)}${hung}`;
}

function modelLabel(document: MongooseDocument): string {
  const model = document.constructor as unknown as DocumentModel;
  const { db } = model;
  const name = model.modelName ?? model.name;
  return `(${name}@${db?.host}:${db?.port}/${db?.name}.${model.collection?.name})`;
}

function changes(document: MongooseDocument): string {
  const { activePaths } = document.$__;
  const modified = activePaths?.getStatePaths
    ? activePaths.getStatePaths('modify')
    : activePaths?.states?.modify;
  let text = (document.$isNew ?? document.isNew) ? '+' : '';
  for (const path in modified) text += `~${path}`;
  return text;
}

function hungState(document: MongooseDocument, encoder: Encoder): string {
  const { selected, session, populated } = document.$__;
  let text = '';
  if (selected !== undefined && selected !== null) text += `selected${encoder.encode(selected)}`;
  if (session !== undefined && session !== null) text += `session${encoder.encode(session)}`;
  for (const path in populated)
    text += `populated${encoder.encode(path)}${encoder.encode(populated[path]?.value)}`;
  return text + ownProperties(document, encoder) + locals(document, encoder) + owner(document, encoder);
}

const BOOKKEEPING = new Set(['_doc', 'errors', 'isNew']);

function ownProperties(document: MongooseDocument, encoder: Encoder): string {
  let text = '';
  for (const key of Object.keys(document)) {
    if (key.startsWith('$') || BOOKKEEPING.has(key)) continue;
    text += encoder.encode(key) + encoder.encode((document as unknown as Record<string, unknown>)[key]);
  }
  return text;
}

// `document.$locals` would create the object when nobody did; mongoose 5 keeps it as an own property.
function locals(document: MongooseDocument, encoder: Encoder): string {
  const own = Object.getOwnPropertyDescriptor(document, '$locals')?.value as
    | Record<string, unknown>
    | undefined;
  const values = document.$__.locals ?? own;
  let text = '';
  for (const key in values) text += `$${encoder.encode(key)}${encoder.encode(values[key])}`;
  return text;
}

/** A subdocument gives access to the document that it is a part of. */
function owner(document: MongooseDocument, encoder: Encoder): string {
  const top = document.ownerDocument?.();
  return top !== undefined && top !== null && top !== document ? `of${encoder.encode(top)}` : '';
}
