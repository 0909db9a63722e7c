import { execFileSync } from 'node:child_process';
import path from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { applyPlan } from '../../src/plan/apply.js';
import { sha256 } from '../../src/plan/hash.js';
import type { FileChange } from '../../src/plan/plan.js';
import { unifiedDiff } from '../../src/plan/unified-diff.js';
import { openWorkspace } from '../../src/project/disk-workspace.js';
import { memoryWorkspace } from '../../src/project/memory-workspace.js';
import { snapshot } from '../support/snapshot.js';
import { temporaryDirectory, writeFiles } from '../support/temporary-directory.js';
import { textWithSplices } from './arbitrary-edits.js';
import { samplePlan, sampleRepository } from './sample.js';

function gitApply(root: string, diff: string): void {
  // Outside of any repository of the machine's, and without the user's settings.
  const env = { ...process.env, GIT_CEILING_DIRECTORIES: path.dirname(root), GIT_CONFIG_GLOBAL: '/dev/null' };
  execFileSync('git', ['apply', '--whitespace=nowarn', '-'], { cwd: root, input: diff, env });
}

function withoutState(root: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(snapshot(root)).filter(([file]) => file.split('/')[0] !== '.scalable'),
  );
}

it('shows edits and new files as git does', () => {
  const workspace = memoryWorkspace({ 'a.js': 'one\r\ntwo' });
  const changes: FileChange[] = [
    { kind: 'edit', path: 'a.js', before: sha256('one\r\ntwo'), splices: [{ start: 8, end: 8, text: '!' }] },
    { kind: 'create', path: 'new file', content: 'x\n', executable: true },
  ];
  expect(unifiedDiff({ changes }, workspace)).toBe(
    'diff --git a/a.js b/a.js\n--- a/a.js\n+++ b/a.js\n@@ -1,2 +1,2 @@\n one\r\n-two\n\\ No newline at end of file\n' +
      '+two!\n\\ No newline at end of file\n' +
      'diff --git a/new file b/new file\nnew file mode 100755\n--- /dev/null\n+++ b/new file\n@@ -0,0 +1,1 @@\n+x\n',
  );
  expect(unifiedDiff({ changes: [] }, workspace)).toBe('');
});

it('gives git apply the same bytes and modes as apply', async () => {
  const [byGit, byApply] = [sampleRepository(), sampleRepository()];
  const plan = samplePlan(byGit);
  gitApply(byGit, unifiedDiff(plan, openWorkspace(byGit)));
  await applyPlan(byApply, plan);
  const [git, own] = [snapshot(byGit), withoutState(byApply)];
  // git knows of no permissions but the executable bit.
  expect({ ...git, 'src/app.js': git['src/app.js']?.replace('644', '640') }).toEqual(own);
});

it('applies with git for any text and any splices', async () => {
  const root = temporaryDirectory();
  await fc.assert(
    fc.asyncProperty(fc.array(textWithSplices, { minLength: 12, maxLength: 12 }), async (edits) => {
      const files = Object.fromEntries(edits.map(({ text }, index) => [`${index}.js`, text]));
      const changes = edits.map(
        ({ text, splices }, index): FileChange => ({
          kind: 'edit',
          path: `${index}.js`,
          before: sha256(text),
          splices,
        }),
      );
      writeFiles(files, root);
      gitApply(root, unifiedDiff({ changes }, openWorkspace(root)));
      const byGit = withoutState(root);
      writeFiles(files, root);
      await applyPlan(root, { title: 'test', changes });
      expect(byGit).toEqual(withoutState(root));
    }),
    { numRuns: 10 },
  );
});
