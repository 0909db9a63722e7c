import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import {
  apps,
  emittedInto,
  modules,
  packageJson,
  packagesWith,
  programs,
} from '../generators/cache/support/emitted.js';
import { finish } from './support/processes.js';

const strictest = {
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  noPropertyAccessFromIndexSignature: true,
  noImplicitOverride: true,
  noImplicitReturns: true,
  noUnusedLocals: true,
  noUnusedParameters: true,
};

it.each([
  ['CommonJS, nothing asked for', 'commonjs', { moduleResolution: 'bundler', strict: false }],
  ['CommonJS, everything asked for', 'commonjs', { moduleResolution: 'bundler', ...strictest }],
  ['CommonJS for an old target', 'commonjs', { moduleResolution: 'bundler', target: 'es2015' }],
  ['ES modules, everything asked for', 'nodenext', { ...strictest, isolatedModules: true }],
])('the emitted TypeScript compiles and loads: %s', async (_what, module, options) => {
  const isModule = module === 'nodenext';
  const compilerOptions = {
    target: 'es2022',
    outDir: 'dist',
    rootDir: 'src',
    types: ['node'],
    module,
    ...options,
  };
  const files = {
    'package.json': packageJson({ main: 'dist/app.js', ...(isModule && { type: 'module' }) }),
    'tsconfig.json': JSON.stringify({ compilerOptions, include: ['src'] }),
    'src/app.ts': isModule ? `import './other.js';\n${apps.esm}` : apps.esm,
    'src/other.ts': 'export {};\n',
  };
  const root = await emittedInto(files, packagesWith('mongoose', '@types/express', '@types/node'));
  expect((await finish(join(modules, '.bin/tsc'), ['-p', '.'], root)).output).toBe('');
  const { commonjs, esm } = programs('./dist/scalable/cache');
  writeFileSync(join(root, 'load.js'), isModule ? esm : commonjs);
  expect((await finish(process.execPath, ['load.js'], root)).output).toBe('function not started');
});
