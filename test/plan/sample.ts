import { chmodSync } from 'node:fs';
import path from 'node:path';
import { diskIo, type FileIo } from '../../src/plan/file-io.js';
import type { Plan } from '../../src/plan/plan.js';
import { createPlanBuilder } from '../../src/plan/plan-builder.js';
import { openWorkspace } from '../../src/project/disk-workspace.js';
import { writeFiles } from '../support/temporary-directory.js';

/** A repository with the texts that are easily damaged. */
export function sampleRepository(): string {
  const root = writeFiles({
    'package.json': '{\n\t"name": "sample",\n\t"dependencies": {\n\t\t"express": "^4.0.0"\n\t}\n}',
    'bin/start.sh': '#!/bin/sh\nnode app.js\n',
    'src/app.js': '\uFEFFconst a = 1;\r\n\r\n\tmodule.exports = a; // ünï\r\n',
    'src/untouched.js': 'left alone',
  });
  chmodSync(path.join(root, 'bin/start.sh'), 0o755);
  chmodSync(path.join(root, 'src/app.js'), 0o640);
  return root;
}

/** Three edits and three new files, one of them executable, one in new directories. */
export function samplePlan(root: string): Plan {
  const builder = createPlanBuilder(openWorkspace(root));
  builder.splice('src/app.js', { start: 1, end: 1, text: "'use strict';\r\n" });
  builder.replace('bin/start.sh', '#!/bin/sh\nexec node src/app.js\n');
  builder.addPackage('ioredis', '^6.0.0');
  builder.create('src/cache/deep/index.js', 'module.exports = {};\n');
  builder.create('bin/warm', '#!/bin/sh\n', { executable: true });
  return builder.finish('retrofit cache', {
    tool: '0.0.0',
    origin: 'retrofit',
    answers: {},
    capabilities: ['cache'],
  });
}

export const CHANGING = [
  'write',
  'rename',
  'remove',
  'makeDirectory',
  'removeDirectory',
  'syncDirectory',
] as const satisfies (keyof FileIo)[];

const withoutSync: FileIo = {
  ...diskIo,
  write: (file, bytes, options) => diskIo.write(file, bytes, { ...options, durable: false }),
  syncDirectory: () => {},
};

/** An error as Node reports it. */
export function fileError(code: string, text: string): Error {
  return Object.assign(new Error(`${code}: ${text}, open`), { code });
}

/**
 * The disk, with `before` called ahead of every operation that changes something; what it throws, the operation throws.
 * Nothing waits for the platter: these tests end processes, not the power.
 */
export function interceptedIo(
  before: (operation: (typeof CHANGING)[number], args: unknown[]) => void,
): FileIo {
  const intercepted = CHANGING.map((operation) => [
    operation,
    (...args: unknown[]) => {
      before(operation, args);
      return Reflect.apply(withoutSync[operation], withoutSync, args);
    },
  ]);
  return { ...withoutSync, ...Object.fromEntries(intercepted) };
}
