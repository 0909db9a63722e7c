// Creates a backend with the defaults, runs it, and shows what its cache does. Every figure is measured here and now.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { build, installPackages } from './setup.mjs';

const PRODUCTS = 20_000;
const WARM_REQUESTS = 200;
const LIST = '/products?category=home&sort=-price&limit=20';

const bin = fileURLToPath(new URL('../bin/create-scalable-backend.js', import.meta.url));
const parent = mkdtempSync(join(tmpdir(), 'scalable-demo-'));
const project = join(parent, 'my-api');
let server;
process.on('exit', () => {
  server?.kill('SIGKILL');
  rmSync(parent, { recursive: true, force: true });
});
process.on('SIGINT', () => process.exit(130));
process.on('SIGTERM', () => process.exit(143));

heading('Setting up');
installPackages();
build();

heading('create-scalable-backend my-api --yes');
step(process.execPath, [bin, 'my-api', '--yes', '--package-manager', 'npm'], parent);

heading('npm run build && npm start');
step('npm', ['run', '--silent', 'build'], project);
const url = await start();

heading(`npm run seed -- --count ${PRODUCTS}`);
step('npm', ['run', '--silent', 'seed', '--', '--count', String(PRODUCTS)], project);

heading(`GET ${LIST}`);
const cold = await get('cold', LIST);
await get('warm', LIST);
await compare(cold);

const [product] = JSON.parse(cold.text).items;
heading(`PATCH /products/${product.id}, then the same list`);
const price = product.price + 1;
await send('PATCH', `/products/${product.id}`, { price });
const fresh = await get('after the write', LIST);
const shown = JSON.parse(fresh.text).items.find(({ id }) => id === product.id);
if (shown?.price !== price) fail(`The list still shows the price before the write: ${shown?.price}`);
console.log(`  price of ${product.name}: ${product.price} before, ${shown.price} in the next answer`);
await get('warm again', LIST);
process.exit(0);

function heading(text) {
  console.log(`\n── ${text}`);
}

function fail(message) {
  console.error(message);
  process.exit(1);
}

function step(command, args, cwd) {
  const { status } = spawnSync(command, args, {
    cwd,
    stdio: 'inherit',
    env: { ...process.env, NODE_ENV: 'development' },
  });
  if (status !== 0) fail(`${command} ${args.join(' ')} failed`);
}

async function start() {
  const port = await freePort();
  const address = `http://127.0.0.1:${port}`;
  const env = { ...process.env, PORT: String(port), NODE_ENV: 'development', LOG_LEVEL: 'warn' };
  server = spawn(process.execPath, ['dist/server.js'], {
    cwd: project,
    env,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  for (let attempt = 0; attempt < 300 && server.exitCode === null; attempt++) {
    const answer = await fetch(`${address}/health/ready`).catch(() => undefined);
    await answer?.arrayBuffer();
    if (answer?.ok) return address;
    await wait(100);
  }
  return fail('The backend did not start.');
}

async function get(label, path) {
  const { milliseconds, text, cache } = await timed(path);
  console.log(`  ${label.padEnd(16)} ${milliseconds.toFixed(2).padStart(8)} ms  X-Cache: ${cache}`);
  return { milliseconds, text };
}

async function timed(path) {
  const begun = performance.now();
  const response = await fetch(url + path);
  const text = await response.text();
  const milliseconds = performance.now() - begun;
  if (!response.ok) fail(`GET ${path} answered ${response.status}: ${text}`);
  return { milliseconds, text, cache: response.headers.get('x-cache') };
}

async function compare({ milliseconds, text }) {
  const times = [];
  for (let request = 0; request < WARM_REQUESTS; request++) {
    const warm = await timed(LIST);
    if (warm.text !== text || !warm.cache.startsWith('HIT')) fail('A warm answer differs from the cold one.');
    times.push(warm.milliseconds);
  }
  const median = times.sort((a, b) => a - b)[WARM_REQUESTS / 2];
  console.log(
    `  median of ${WARM_REQUESTS} warm requests, same bytes: ${median.toFixed(2)} ms (cold: ${milliseconds.toFixed(2)} ms)`,
  );
}

async function send(method, path, body) {
  const response = await fetch(url + path, {
    method,
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) fail(`${method} ${path} answered ${response.status}: ${await response.text()}`);
  await response.arrayBuffer();
}

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}
