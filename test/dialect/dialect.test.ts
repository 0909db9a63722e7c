import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Dialect, toDialect } from '../../src/dialect/dialect.js';
import type { CodeStyle } from '../../src/project/project-facts.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const plain: CodeStyle = {
  quotes: 'single',
  semicolons: true,
  indent: '  ',
  lineEnding: '\n',
  trailingCommas: true,
};

function dialect(overrides: Partial<Omit<Dialect, 'style'>> = {}, style: Partial<CodeStyle> = {}): Dialect {
  return {
    language: 'js',
    moduleSystem: 'commonjs',
    importExtensions: false,
    ...overrides,
    style: { ...plain, ...style },
  };
}

const source = `import { createHash } from 'node:crypto';
import type { Shape } from './shape.js';
import { area as areaOf, type Unit } from './shape.js';

/** Options that only the compiler sees. */
export interface Options {
  readonly unit: Unit;
}

/** Counts what it measured. */
export class Meter<T extends Shape> {
  private count = 0;

  // Every measurement counts, a failed one too.
  measure(shape: T, options?: Options): number {
    this.count++;
    return options === undefined ? areaOf(shape) : (areaOf(shape) as number);
  }

  get measured(): number {
    return this.count;
  }
}

export const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

export function double(value: number): number {
  return value * 2;
}
`;

describe('JavaScript', () => {
  it('keeps comments and blank lines, and drops types together with their comments', async () => {
    const text = await toDialect(source, dialect({ moduleSystem: 'esm' }));
    expect(text).toContain("import { area as areaOf } from './shape.js';");
    expect(text).toContain('// Every measurement counts, a failed one too.\n  measure(shape, options) {');
    expect(text).not.toMatch(/compiler sees|Options|interface|: number|import type/);
    expect(text).not.toMatch(/\n\n\n/);
  });

  it('becomes CommonJS that Node runs', async () => {
    const folder = temporaryDirectory();
    const shape = await toDialect(
      'export function area(s: { side: number }): number { return s.side ** 2; }\nexport type Shape = { side: number };\n',
      dialect(),
    );
    mkdirSync(join(folder, 'lib'));
    writeFileSync(join(folder, 'lib/shape.js'), shape);
    writeFileSync(join(folder, 'lib/meter.js'), await toDialect(source, dialect()));
    const program = `const { Meter, double, digest } = require('./lib/meter'); const m = new Meter(); console.log(m.measure({ side: 3 }), m.measured, double(4), digest('a').slice(0, 8));`;
    expect(execFileSync('node', ['-e', program], { cwd: folder, encoding: 'utf8' })).toBe('9 1 8 ca978112\n');
  });

  it('converts each form of import and export', async () => {
    const text = await toDialect(
      [
        "import fs from 'node:fs';",
        "import * as path from 'node:path';",
        "import './patch.js';",
        "export { a, b as c } from './other/index.js';",
        "export * from './all.js';",
        'const hidden = 1;',
        'export { hidden as shown };',
        'export const { x, y: [z] } = make(fs, path);',
      ].join('\n'),
      dialect(),
    );
    expect(text).toBe(
      [
        "'use strict';",
        '',
        "const fs = require('node:fs');",
        "const path = require('node:path');",
        "require('./patch');",
        "const { a, b: c } = require('./other');",
        '',
        'const hidden = 1;',
        '',
        'const {',
        '  x,',
        '  y: [z],',
        '} = make(fs, path);',
        '',
        "module.exports = { a, c, ...require('./all'), shown: hidden, x, z };",
        '',
      ].join('\n'),
    );
  });

  it('refuses a default export, which the two module systems see differently', async () => {
    await expect(toDialect('export default 1;', dialect())).rejects.toThrow(/default export/);
  });

  it('follows the style of the repository', async () => {
    const style = {
      quotes: 'double',
      semicolons: false,
      indent: '\t',
      lineEnding: '\r\n',
      trailingCommas: false,
    } as const;
    const text = await toDialect(source, dialect({}, style));
    expect(text).toContain('const { createHash } = require("node:crypto")\r\n');
    expect(text).toContain('\r\n\tmeasure(shape, options) {\r\n');
    expect(text.replaceAll('\r\n', '')).not.toContain('\n');
  });
});

describe('TypeScript', () => {
  it('drops import extensions where the repository writes none', async () => {
    const text = await toDialect(source, dialect({ language: 'ts' }));
    expect(text).toContain("from './shape';");
    expect(text).toContain("from 'node:crypto';");
    expect(text).toContain('export interface Options');
  });

  it('keeps them where it writes them', async () => {
    const text = await toDialect(
      source,
      dialect({ language: 'ts', moduleSystem: 'esm', importExtensions: true }),
    );
    expect(text).toBe(source);
  });
});
