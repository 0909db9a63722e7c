import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { capabilities } from '../../generators/index.js';
import { versions } from '../../generators/versions.js';

const own: { devDependencies: Record<string, string> } = JSON.parse(readFileSync('package.json', 'utf8'));

describe('the versions of emitted packages', () => {
  it('are all used, and all caret ranges', () => {
    const used = capabilities.flatMap(({ packages, devPackages }) => [...packages, ...devPackages]);
    expect([...new Set(used)].sort()).toEqual(Object.keys(versions).sort());
    for (const range of Object.values(versions)) expect(range).toMatch(/^\^\d+\.\d+\.\d+$/);
  });

  it('are the ones that the templates are checked and tested with here', () => {
    for (const [name, range] of Object.entries(versions)) expect(own.devDependencies[name], name).toBe(range);
  });
});
