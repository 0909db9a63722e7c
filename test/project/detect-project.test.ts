import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/errors.js';
import { detectProject } from '../../src/project/detect-project.js';
import { memoryWorkspace } from '../../src/project/memory-workspace.js';
import { fixtureWorkspace } from '../analysis/fixture.js';

const detect = (files: Readonly<Record<string, string>>) =>
  detectProject(memoryWorkspace({ 'package.json': '{}', ...files }));

describe('fixture repositories', () => {
  it.each([
    [
      'cjs-classic',
      {
        packageManager: 'npm',
        moduleSystem: 'commonjs',
        language: 'js',
        sourceRoot: '.',
        entry: 'server.js',
        envExample: 'config/config.env.example',
      },
    ],
    [
      'cjs-layered',
      {
        packageManager: 'yarn',
        moduleSystem: 'commonjs',
        language: 'js',
        sourceRoot: 'src',
        entry: 'src/index.js',
        envExample: '.env.example',
      },
    ],
    [
      'esm',
      {
        packageManager: 'pnpm',
        moduleSystem: 'esm',
        language: 'js',
        sourceRoot: '.',
        entry: 'main.js',
        envExample: undefined,
      },
    ],
    [
      'ts-cjs',
      {
        packageManager: 'npm',
        moduleSystem: 'commonjs',
        language: 'ts',
        sourceRoot: 'src',
        entry: 'src/server.ts',
        importExtensions: false,
      },
    ],
    [
      'ts-esm',
      {
        packageManager: 'bun',
        moduleSystem: 'esm',
        language: 'ts',
        sourceRoot: 'src',
        entry: 'src/main.ts',
        importExtensions: true,
      },
    ],
  ])('%s', (name, expected) => {
    expect(detectProject(fixtureWorkspace(name))).toMatchObject(expected);
  });
});

describe('package.json', () => {
  function faultOf(files: Readonly<Record<string, string>>): UserError {
    try {
      detectProject(memoryWorkspace(files));
    } catch (error) {
      if (error instanceof UserError) return error;
    }
    throw new Error('no UserError');
  }

  it('must be there', () => {
    expect(faultOf({}).where).toBe('package.json');
  });

  it.each([
    ['a missing bracket', '{\n  "name": "x",\n  "scripts": {\n', 'package.json:4'],
    ['a comment', '{\n  // mine\n  "name": "x"\n}', 'package.json:2'],
    ['a list', '[]', 'package.json:1'],
  ])('is refused with %s', (_what, text, where) => {
    expect(faultOf({ 'package.json': text }).where).toBe(where);
  });

  it('may begin with a byte order mark', () => {
    expect(detectProject(memoryWorkspace({ 'package.json': '\uFEFF{ "name": "x" }' })).name).toBe('x');
  });

  it('names both kinds of dependencies', () => {
    const text = '{ "dependencies": { "express": "^4.0.0" }, "devDependencies": { "jest": "^29.0.0" } }';
    expect(detect({ 'package.json': text }).dependencies).toEqual({ express: '^4.0.0', jest: '^29.0.0' });
  });
});

describe('the entry', () => {
  it.each([
    ['node server.js', 'server.js'],
    ['NODE_ENV=production node --require dotenv/config ./server', 'server.js'],
    ['nodemon --watch src --exec "node server.js"', 'server.js'],
    ['cross-env A=b nodemon src/index.js', 'src/index.js'],
    ['npm run serve:it', 'src/index.js'],
    ['ts-node-dev --respawn src/main.ts', 'src/main.ts'],
    ['tsx watch src/main.ts', 'src/main.ts'],
    ['npm run build && node dist/main.js', 'src/main.ts'],
    ['node ./bin/www', 'bin/www'],
    ['pm2 start ecosystem.config.js', 'src/index.js'],
    ['nodemon', 'src/main.ts'],
    ['node .', 'src/index.js'],
  ])('%s runs %s', (start, entry) => {
    const manifest = { main: 'src/index.js', scripts: { start, 'serve:it': 'node src/index', build: 'tsc' } };
    const found = detect({
      'package.json': JSON.stringify(manifest),
      'nodemon.json': '{ "watch": ["src"], "exec": "ts-node src/main.ts" }',
      'ecosystem.config.js': "module.exports = { apps: [{ script: './src/index.js' }] };",
      'server.js': '',
      'src/index.js': '',
      'src/main.ts': '',
      'bin/www': '',
    });
    expect(found.entry).toBe(entry);
  });

  it('is looked for under customary names when nothing says it', () => {
    expect(detect({ 'src/app.js': '' }).entry).toBe('src/app.js');
    expect(detect({ 'README.md': '' }).entry).toBeUndefined();
  });

  it('stops at scripts that run each other', () => {
    const manifest = '{ "scripts": { "start": "npm run dev", "dev": "npm start" } }';
    expect(detect({ 'package.json': manifest }).entry).toBeUndefined();
  });
});

describe('module system and language', () => {
  it.each([
    [
      'sources that import, transpiled',
      { 'index.js': "import a from 'a';\n", 'b.js': 'export const b = 1;\n' },
      'esm',
    ],
    ['sources that require', { 'index.js': "const a = require('a');\n" }, 'commonjs'],
    ['an .mjs entry', { 'package.json': '{ "main": "index.mjs" }', 'index.mjs': '' }, 'esm'],
    ['type module', { 'package.json': '{ "type": "module" }', 'index.js': '' }, 'esm'],
    ['TypeScript without settings', { 'index.ts': "import a from 'a';\n" }, 'commonjs'],
    [
      'TypeScript for NodeNext',
      {
        'index.ts': '',
        'tsconfig.json': '{ "compilerOptions": { "module": "NodeNext" } }',
        'package.json': '{ "type": "module" }',
      },
      'esm',
    ],
  ])('%s', (_what, files, moduleSystem) => {
    expect(detect(files as Record<string, string>).moduleSystem).toBe(moduleSystem);
  });
});

describe('the style', () => {
  const styleOf = (files: Readonly<Record<string, string>>) => detect(files).style;

  it('is what most of the sources do', () => {
    const text =
      'const a = "1"\r\nfunction f() {\r\n\tconst o = {\r\n\t\ta: 1,\r\n\t\tb: "2"\r\n\t}\r\n\treturn o\r\n}\r\n';
    expect(styleOf({ 'index.js': text })).toEqual({
      quotes: 'double',
      semicolons: false,
      indent: '\t',
      lineEnding: '\r\n',
      trailingCommas: false,
    });
  });

  it('counts four spaces', () => {
    expect(styleOf({ 'index.js': 'if (a) {\n    b();\n    if (c) {\n        d();\n    }\n}\n' }).indent).toBe(
      '    ',
    );
  });

  it('follows Prettier options, in a file or in package.json', () => {
    const options =
      '{ "singleQuote": false, "semi": false, "tabWidth": 4, "endOfLine": "crlf", "trailingComma": "none" }';
    const expected = {
      quotes: 'double',
      semicolons: false,
      indent: '    ',
      lineEnding: '\r\n',
      trailingCommas: false,
    };
    expect(styleOf({ '.prettierrc': options })).toEqual(expected);
    expect(styleOf({ 'package.json': `{ "prettier": ${options} }` })).toEqual(expected);
  });

  it('ignores Prettier options that are not JSON', () => {
    expect(styleOf({ '.prettierrc': 'semi: false\n', 'index.js': "const a = '1';\n" }).semicolons).toBe(true);
  });

  it('follows the editor configuration for scripts only', () => {
    const text =
      '[*.py]\nindent_size = 8\n\n[*.{js,ts}]\nindent_style = tab\nend_of_line = crlf\n\n[*.md]\nindent_size = 3\n';
    expect(styleOf({ '.editorconfig': text })).toMatchObject({ indent: '\t', lineEnding: '\r\n' });
  });
});

describe('the example environment file', () => {
  it.each(['.env.example', '.env.sample', 'example.env', 'config/config.env.example', '.env.template'])(
    '%s',
    (file) => {
      expect(detect({ [file]: 'A=1\n', '.env': 'A=secret\n' }).envExample).toBe(file);
    },
  );

  it('is never the one with the values', () => {
    expect(
      detect({ '.env': 'A=secret\n', '.env.local': '', '.env.production': '' }).envExample,
    ).toBeUndefined();
  });
});
