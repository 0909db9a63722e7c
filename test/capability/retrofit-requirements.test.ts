import { describe, expect, it } from 'vitest';
import { refuseUnsupported } from '../../src/capability/retrofit-requirements.js';
import { detectProject } from '../../src/project/detect-project.js';
import { memoryWorkspace } from '../../src/project/memory-workspace.js';

function check(dependencies: Readonly<Record<string, string>>, files: Readonly<Record<string, string>> = {}) {
  const workspace = memoryWorkspace({ 'package.json': JSON.stringify({ dependencies }), ...files });
  return () => refuseUnsupported(detectProject(workspace), workspace);
}

describe('a repository that keeps the versions it has', () => {
  it.each([
    ['lru-cache', '^6.0.0'],
    ['lru-cache', '9'],
    ['ioredis', '~4.28.5'],
    ['mongoose', '4.13.21'],
    ['mongoose', '5.3.0'],
    ['express', '3.x'],
    ['typescript', '~4.1.2'],
  ])('is refused with %s %s', (name, range) => {
    expect(check({ [name]: range })).toThrow(`${name} ${range} is too old`);
  });

  it.each([
    ['lru-cache', '^10.2.0'],
    ['ioredis', '5.x'],
    ['mongoose', '^5.1.0'],
    ['mongoose', '>=4'],
    ['mongoose', 'latest'],
    ['typescript', '4.9.5'],
    ['express', 'github:expressjs/express'],
  ])('is taken with %s %s', (name, range) => {
    expect(check({ [name]: range })).not.toThrow();
  });

  it('is refused where its compiler targets ES5, which JavaScript has not', () => {
    const settings = { 'tsconfig.json': '{ // old\n "compilerOptions": { "target": "ES5" } }' };
    expect(check({}, { ...settings, 'index.ts': '' })).toThrow(/ES5/);
    expect(check({}, { ...settings, 'index.js': '' })).not.toThrow();
  });
});
