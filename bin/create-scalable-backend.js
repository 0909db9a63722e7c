#!/usr/bin/env node
import { existsSync } from 'node:fs';

const built = new URL('../dist/src/commands/main.js', import.meta.url);
const [major, minor] = process.versions.node.split('.').map(Number);

if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`create-scalable-backend needs Node 20.19 or newer; this is ${process.versions.node}.`);
  process.exitCode = 2;
} else if (!existsSync(built)) {
  console.error(
    'create-scalable-backend is not built: run `npm install` (or `npm run build`) in its folder first.',
  );
  process.exitCode = 2;
} else {
  const { main } = await import(built.href);
  process.exitCode = await main(process.argv.slice(2));
}
