import { execa } from 'execa';
import { ts } from 'ts-morph';
import { describe, expect, it, vi } from 'vitest';
import { apps, emittedInto, packageJson, packagesWith, programs } from './support/emitted.js';

// Printing and a process for each dialect: seconds, on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

const LOADED = /^function not started$/m;

/** What a program given on the command line prints. */
async function run(root: string, program: string, type: 'commonjs' | 'module'): Promise<string> {
  const flags = type === 'module' ? ['--input-type=module'] : [];
  const args = [...flags, '--eval', program];
  const { all } = await execa(process.execPath, args, { cwd: root, all: true, reject: false });
  return all;
}

// The oldest and the newest: the old one shows ES modules none of its names.
describe.each(['mongoose57', 'mongoose'])('JavaScript with %s', (mongoose) => {
  const packages = packagesWith(mongoose);
  const { commonjs, esm } = programs('./scalable/cache');

  it('loads as CommonJS, from CommonJS and from an ES module', async () => {
    const files = { 'package.json': packageJson({ main: 'app.js' }), 'app.js': apps.commonjs };
    const root = await emittedInto(files, packages);
    expect(await run(root, commonjs, 'commonjs')).toMatch(LOADED);
    expect(await run(root, esm, 'module')).toMatch(LOADED);
  });

  it('loads as ES modules', async () => {
    const files = { 'package.json': packageJson({ main: 'app.js', type: 'module' }), 'app.js': apps.esm };
    expect(await run(await emittedInto(files, packages), esm, 'module')).toMatch(LOADED);
  });
});

describe('TypeScript', () => {
  const { commonjs, esm } = programs('./src/scalable/cache');

  function transpiledTo(module: ts.ModuleKind) {
    const compilerOptions = { module, target: ts.ScriptTarget.ES2022, esModuleInterop: true };
    return (path: string, content: string): readonly [string, string] => {
      if (!path.endsWith('.ts')) return [path, content];
      return [path.replace(/ts$/, 'js'), ts.transpileModule(content, { compilerOptions }).outputText];
    };
  }

  it('loads as what the compiler makes of it for CommonJS', async () => {
    const files = {
      'package.json': packageJson({ main: 'dist/app.js' }),
      'tsconfig.json': '{ "compilerOptions": { "module": "commonjs" } }',
      'src/app.ts': apps.esm,
    };
    const root = await emittedInto(files, packagesWith('mongoose57'), transpiledTo(ts.ModuleKind.CommonJS));
    expect(await run(root, commonjs, 'commonjs')).toMatch(LOADED);
  });

  it('loads as what the compiler makes of it for ES modules', async () => {
    const files = {
      'package.json': packageJson({ main: 'dist/app.js', type: 'module' }),
      'tsconfig.json': '{ "compilerOptions": { "module": "nodenext" } }',
      'src/app.ts': `import './other.js';\n${apps.esm}`,
      'src/other.ts': '',
    };
    const root = await emittedInto(files, packagesWith('mongoose57'), transpiledTo(ts.ModuleKind.ESNext));
    expect(await run(root, esm, 'module')).toMatch(LOADED);
  });
});
