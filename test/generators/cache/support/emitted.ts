import { mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { planForRepository } from '../../../../src/capability/capability-plan.js';
import { memoryWorkspace } from '../../../../src/project/memory-workspace.js';
import { temporaryDirectory, writeFiles } from '../../../support/temporary-directory.js';

export const modules = fileURLToPath(new URL('../../../../node_modules', import.meta.url));

/** The packages that the emitted code imports, with mongoose as it is installed here under another name. */
export function packagesWith(mongoose: string, ...more: readonly string[]): Record<string, string> {
  const own = ['express', 'ioredis', 'lru-cache', ...more].map((name) => [name, name]);
  return { ...Object.fromEntries(own), mongoose };
}

export function packageJson(fields: object): string {
  return JSON.stringify({ name: 'shop', dependencies: { express: '^5', mongoose: '^9' }, ...fields });
}

/** Writes a repository together with the files that a retrofit creates in it, and links packages by name. */
export async function emittedInto(
  files: Readonly<Record<string, string>>,
  packages: Readonly<Record<string, string>>,
  change: (path: string, content: string) => readonly [path: string, content: string] = (...file) => file,
): Promise<string> {
  const { plan } = await planForRepository(memoryWorkspace(files), ['cache']);
  const created = plan.changes.flatMap((file) => (file.kind === 'create' ? [file] : []));
  const emitted = created.map(({ path, content }) => change(path, content));
  const root = writeFiles({ ...files, ...Object.fromEntries(emitted) }, temporaryDirectory());
  for (const [name, installed] of Object.entries(packages)) {
    const link = join(root, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(modules, installed), link);
  }
  return root;
}

/** Small applications with one route that is cached, by module system. */
export const apps = {
  commonjs: `const { model, Schema } = require('mongoose');
const Item = model('Item', new Schema({}));
require('express')().get('/', async (req, res) => res.json(await Item.find())).listen(1);\n`,
  esm: `import express from 'express';
import mongoose from 'mongoose';
const Item = mongoose.model('Item', new mongoose.Schema({}));
express().get('/', async (_req, res) => { res.json(await Item.find()); }).listen(1);\n`,
};

/** Programs that load the runtime at `path` and print `function not started`. */
export function programs(path: string) {
  const says = 'console.log(typeof cache(), cacheStats().state);';
  return {
    commonjs: `const { cache, cacheStats } = require('${path}'); ${says}`,
    esm: `import { cache, cacheStats } from '${path}/index.js'; ${says}`,
  };
}
