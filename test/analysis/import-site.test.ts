import { describe, expect, it } from 'vitest';
import { importSite } from '../../src/analysis/import-site.js';

function insertedFirst(text: string): string {
  const { first } = importSite(text, 'file.ts', 'esm');
  return `${text.slice(0, first)}<first>${text.slice(first)}`;
}

function insertedAfter(text: string, before?: number): string {
  const { afterImports } = importSite(text, 'file.ts', 'esm', before);
  if (afterImports === undefined) return 'nowhere';
  return `${text.slice(0, afterImports)}<after>${text.slice(afterImports)}`;
}

describe('the first import', () => {
  it.each([
    ["const a = require('a');\n", "<first>const a = require('a');\n"],
    ["'use strict';\n\nconst a = 1;\n", "'use strict';\n\n<first>const a = 1;\n"],
    ['#!/usr/bin/env node\nimport "a"\n', '#!/usr/bin/env node\n<first>import "a"\n'],
    ['\uFEFFimport "a"\n', '\uFEFF<first>import "a"\n'],
    ['// licence\nimport "a"\n', '// licence\n<first>import "a"\n'],
    ['import "reflect-metadata";\nimport "a";\n', 'import "reflect-metadata";\n<first>import "a";\n'],
    ["require('./tracing');\nrequire('a');\n", "require('./tracing');\n<first>require('a');\n"],
    ['', '<first>'],
  ])('of %j', (text, expected) => {
    expect(insertedFirst(text)).toBe(expected);
  });
});

describe('the place behind the imports', () => {
  it.each([
    ["import a from 'a'; // why\nrun();\n", "import a from 'a'; // why<after>\nrun();\n"],
    [
      "const a = require('a') /* one\n two */\nrun()\n",
      "const a = require('a') /* one\n two */<after>\nrun()\n",
    ],
    ["const { b } = require('a').c;\nlet d;\n", "const { b } = require('a').c;<after>\nlet d;\n"],
    ["const x = require('a')(1);\r\nlet d;\r\n", "const x = require('a')(1);<after>\r\nlet d;\r\n"],
    ["import 'a'; run();\n", "import 'a';<after> run();\n"],
    ["import 'a'", "import 'a'<after>"],
    ['run();\n', 'nowhere'],
  ])('of %j', (text, expected) => {
    expect(insertedAfter(text)).toBe(expected);
  });

  it('lies above the first use, whatever is required below it', () => {
    const text = "const a = require('a');\na.use();\nconst b = require('b');\n";
    expect(insertedAfter(text, text.indexOf('a.use'))).toBe(
      "const a = require('a');<after>\na.use();\nconst b = require('b');\n",
    );
  });
});

it('follows the quotes, semicolons, line ending and module system of the file', () => {
  expect(importSite('import a from "a"\r\n', 'a.ts', 'commonjs')).toMatchObject({
    quote: '"',
    semicolon: false,
    lineEnding: '\r\n',
    moduleSystem: 'esm',
  });
  expect(importSite('run()\n', 'a.js', 'commonjs')).toMatchObject({ moduleSystem: 'commonjs' });
});
