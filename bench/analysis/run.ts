/** CPU time and peak memory of the analysis on generated projects: `npx tsx bench/analysis/run.ts 1000 5000`. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generateProject } from './generate.js';

const measure = fileURLToPath(new URL('./measure.ts', import.meta.url));

for (const files of process.argv.slice(2).map(Number)) {
  const root = mkdtempSync(join(tmpdir(), 'analysis-'));
  try {
    generateProject(root, files);
    const line = execFileSync(process.execPath, [...process.execArgv, measure, root], { encoding: 'utf8' });
    process.stdout.write(`${files} files: ${line}`);
  } finally {
    rmSync(root, { recursive: true });
  }
}
