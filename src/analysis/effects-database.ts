import { ts } from 'ts-morph';
import type { Finding } from './effect-finding.js';
import type { Value } from './values.js';

/** Names that write, on something known to be a model, a document or a client of a database. */
const WRITES =
  /^(create(Many\w*)?|insert\w*|save|bulk(Write|Save|Create)|update\w*|upsert\w*|replaceOne|delete\w*|remove|destroy|findOneAnd\w+|findByIdAnd\w+|findAndModify|findOrCreate|increment|decrement|softDelete|\$?executeRaw\w*)$/;
const READS =
  /^(find\w*|count\w*|estimatedDocumentCount|distinct|aggregate\w*|exists|paginate|populate|groupBy|sum|min|max|getOne|getMany\w*|getRaw\w*|\$?queryRaw\w*)$/;
/** The part of them that no array, map or DOM node has: enough on a receiver of which nothing is known. */
const TELLING_WRITES =
  /^(save|insert(One|Many)|bulk(Write|Save|Create)|(update|delete)(One|Many)|replaceOne|findOneAnd\w+|findByIdAnd\w+|findAndModify|upsert)$/;
const TELLING_READS =
  /^(findOne|findById|findAll|findByPk|findAndCountAll|findMany|findUnique|findFirst|countDocuments|estimatedDocumentCount|aggregate)$/;
const SQL_WRITES = /\b(insert|update|delete|merge|truncate|replace|create|drop|alter|call)\b/i;
const QUERY_METHODS: ReadonlySet<string> = new Set(['query', 'execute', 'raw', 'run', 'all', 'get']);

const DATABASE_PACKAGES: ReadonlySet<string> = new Set([
  'mongoose',
  'mongodb',
  '@prisma/client',
  'sequelize',
  'typeorm',
  'knex',
  'pg',
  'mysql',
  'mysql2',
  'mysql2/promise',
  'better-sqlite3',
  'sqlite3',
  'objection',
  'drizzle-orm',
  'mikro-orm',
  '@mikro-orm/core',
  'kysely',
]);

export function isDatabasePackage(name: string): boolean {
  return DATABASE_PACKAGES.has(name);
}

/** What a method does that is called on a model, a document, a database client, or something unknown. */
export function databaseEffect(
  receiver: Value,
  name: string,
  node: ts.CallExpression,
  sql: Value | undefined,
): Finding | undefined {
  switch (receiver.kind) {
    case 'model':
      return named(receiver.name, name, WRITES, READS);
    case 'document':
      return named(receiver.model.name, name, WRITES, READS);
    case 'class':
      return named(receiver.node.name?.text ?? 'class', name, WRITES, READS);
    case 'external':
      return isDatabasePackage(receiver.module) ? clientEffect(node, name, sql) : undefined;
    case 'unknown':
    case 'unresolved':
    case 'instance':
    case 'request':
    case 'response':
      return onUnknown(node, name);
    default:
      return undefined;
  }
}

function named(owner: string, name: string, writes: RegExp, reads: RegExp): Finding | undefined {
  if (writes.test(name)) return { kind: 'database-write', what: `${owner}.${name}()` };
  return reads.test(name) ? { kind: 'database-read', what: `${owner}.${name}()` } : undefined;
}

function clientEffect(node: ts.CallExpression, name: string, sql: Value | undefined): Finding | undefined {
  const owner = ownerText(node);
  if (!QUERY_METHODS.has(name)) return named(owner, name, WRITES, READS);
  const readsOnly = sql?.kind === 'string' && !SQL_WRITES.test(sql.text);
  return { kind: readsOnly ? 'database-read' : 'database-write', what: `${owner}.${name}()` };
}

function onUnknown(node: ts.CallExpression, name: string): Finding | undefined {
  const [first] = node.arguments;
  const isFilter = first !== undefined && ts.isObjectLiteralExpression(first);
  const removesItself = name === 'remove' && first === undefined;
  if (removesItself) return { kind: 'database-write', what: `${ownerText(node)}.remove()` };
  if (name === 'find' && isFilter) return { kind: 'database-read', what: `${ownerText(node)}.find()` };
  return named(ownerText(node), name, TELLING_WRITES, TELLING_READS);
}

function ownerText({ expression }: ts.CallExpression): string {
  const owner = ts.isPropertyAccessExpression(expression) ? expression.expression.getText() : '';
  return owner.length > 40 || /\s/.test(owner) ? '...' : owner;
}
