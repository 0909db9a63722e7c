import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Answers } from '../../src/capability/capability.js';
import { renderContext, renderProject } from '../../src/capability/render.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

interface PackageJson {
  readonly scripts: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

const combinations = ['mongodb', 'none'].flatMap((database) =>
  [
    { redis: false, cache: false },
    { redis: true, cache: false },
    { redis: true, cache: true },
  ].map((rest): Answers => ({ database, ...rest })),
);

/** The cache observes any driver that it finds, so its own files may name one. */
const observesDatabases = /^src\/cache\//;

/** Words that a project must not contain when the answer is no. `Cache-Control` is a header, `.cache` a folder. */
const traces: readonly (readonly [unchosen: (answers: Answers) => boolean, word: RegExp])[] = [
  [({ database }) => database === 'none', /mongo|products?\b|seed/i],
  [({ redis }) => redis === false, /redis/i],
  [({ cache }) => cache === false, /(?<!\.)cache(?!-control)/i],
];

const toolsWithoutImport = new Set(['@biomejs/biome', 'tsx', 'typescript', '@types/node']);

describe.each(combinations)('a project with %o', (answers) => {
  const { files } = renderProject(answers, 'my-api');
  const packageJson: PackageJson = JSON.parse(files.get('package.json') ?? '{}');
  const imported = importedPackages(files, /^(src|test)\/|^vitest/);

  it('has the files that every project has', () => {
    const everywhere = [
      '.dockerignore',
      '.env.example',
      '.gitignore',
      'Dockerfile',
      'README.md',
      'src/server.ts',
    ];
    expect([...files.keys()]).toEqual(expect.arrayContaining(everywhere));
  });

  it('declares every package that it imports, and only those', () => {
    const declared = Object.keys({ ...packageJson.dependencies, ...packageJson.devDependencies });
    const needed = declared
      .filter((name) => !toolsWithoutImport.has(name))
      .map((name) => name.replace('@types/', ''));
    expect([...new Set(needed)].sort()).toEqual([...imported].sort());
  });

  it('needs no development package in production', () => {
    const atRuntime = importedPackages(files, /^src\/(?!dev\/)/);
    expect(Object.keys(packageJson.dependencies)).toEqual([...atRuntime].sort());
  });

  it('imports only files that it has', () => {
    for (const [path, content] of files) {
      if (!path.endsWith('.ts')) continue;
      for (const specifier of specifiers(content).filter((text) => text.startsWith('.'))) {
        expect([...files.keys()], `${path} imports ${specifier}`).toContain(
          join(dirname(path), specifier.replace(/\.js$/, '.ts')),
        );
      }
    }
  });

  it('shows no trace of templates or of what was not chosen', () => {
    for (const [path, content] of files) {
      expect(content, path).not.toMatch(/\{\{|\[object/);
      if (!path.endsWith('.ts')) expect(content, path).not.toMatch(/undefined|\n\n\n|\n\n$|[ \t]\n/);
      for (const [unchosen, word] of traces) {
        if (unchosen(answers) && !observesDatabases.test(path))
          expect(`${path}\n${content}`, path).not.toMatch(word);
      }
    }
  });

  it('has an example of every variable that it reads by name', () => {
    const example = files.get('.env.example') ?? '';
    const names = [...(files.get('src/config/env.ts') ?? '').matchAll(/^ {4}([A-Z_]+):/gm)].map(
      ([, name]) => name,
    );
    expect(names.length).toBeGreaterThan(3);
    for (const name of names) expect(example).toContain(`\n${name}=`);
  });

  it('explains only commands that it has', () => {
    for (const [, script] of (files.get('README.md') ?? '').matchAll(/npm run ([\w:]+)/g)) {
      expect(packageJson.scripts).toHaveProperty(script ?? '');
    }
  });
});

describe('all projects', () => {
  it('are formatted and have no lint', () => {
    const root = temporaryDirectory();
    combinations.forEach((answers, index) => {
      for (const [path, content] of renderProject(answers, 'my-api').files) {
        const nested = path === 'biome.json' && index > 0;
        if (!nested)
          write(path === 'biome.json' ? join(root, path) : join(root, String(index), path), content);
      }
    });
    const biome = join(process.cwd(), 'node_modules/@biomejs/biome/bin/biome');
    const { status, stdout, stderr } = spawnSync(process.execPath, [biome, 'check', '.'], {
      cwd: root,
      encoding: 'utf8',
    });
    expect(status, stdout + stderr).toBe(0);
  });

  it('read every slot that a capability fills, and fill every slot that a template reads', () => {
    const filled = combinations.flatMap((answers) =>
      Object.keys(renderContext(answers, 'my-api', 'create').slots),
    );
    const templates = readdirSync('templates', { recursive: true, encoding: 'utf8' }).filter((path) =>
      path.endsWith('.hbs'),
    );
    const read = templates.flatMap((path) =>
      [...readFileSync(join('templates', path), 'utf8').matchAll(/\((?:slot|imports) "([\w.]+)"\)/g)].map(
        ([, name]) => name,
      ),
    );
    expect([...new Set(filled)].sort()).toEqual([...new Set(read)].sort());
  });

  it('are the same every time', () => {
    expect(renderProject({}, 'my-api')).toEqual(renderProject({}, 'my-api'));
  });
});

function importedPackages(files: ReadonlyMap<string, string>, paths: RegExp): Set<string> {
  const sources = [...files].filter(([path]) => path.endsWith('.ts') && paths.test(path));
  const all = sources.flatMap(([, content]) => specifiers(content));
  const external = all.filter((text) => !/^(\.|node:)/.test(text) && !builtinModules.includes(text));
  return new Set(external.map((text) => text.split('/', text.startsWith('@') ? 2 : 1).join('/')));
}

function specifiers(source: string): string[] {
  const pattern = /(?:\bfrom|^import|\bimport\()\s*'([^'\s]+)'/gm;
  return [...source.matchAll(pattern)].map(([, specifier]) => specifier ?? '');
}

function write(path: string, content: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}
