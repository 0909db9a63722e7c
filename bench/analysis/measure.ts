/** One measurement in a process of its own, so that memory counts nothing else. */
import { resourceUsage } from 'node:process';
import { detectProject } from '../../src/project/detect-project.js';
import { openWorkspace } from '../../src/project/disk-workspace.js';

const milliseconds = (from: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(from);
  return Math.round((user + system) / 1000);
};

const beforeImport = process.cpuUsage();
const { analyse } = await import('../../src/analysis/analyse.js');
const importing = milliseconds(beforeImport);

const beforeAnalysis = process.cpuUsage();
const workspace = openWorkspace(process.argv[2] ?? '.');
const facts = analyse(workspace, detectProject(workspace));
const analysing = milliseconds(beforeAnalysis);

const peak = Math.round(resourceUsage().maxRSS / 1024);
console.log(`${facts.routes.length} routes, ${analysing} ms CPU (import ${importing} ms), peak ${peak} MiB`);
