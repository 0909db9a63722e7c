// Makes a fresh clone ready to run and to test. Plain JavaScript: it runs before anything is installed.
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

export function run(command, args, options = {}) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit', ...options });
  if (error || status !== 0) {
    console.error(`\n${[command, ...args].join(' ')} failed${error ? `: ${error.message}` : ''}`);
    process.exit(status || 1);
  }
}

export function onPath(command) {
  return spawnSync('sh', ['-c', `command -v ${command}`]).status === 0;
}

export function installPackages() {
  const installed = `${root}node_modules/.package-lock.json`;
  const fresh =
    existsSync(installed) && statSync(installed).mtimeMs >= statSync(`${root}package-lock.json`).mtimeMs;
  if (!fresh) run('npm', ['install', '--no-save', '--ignore-scripts', '--no-audit', '--no-fund']);
}

export function build() {
  run('npm', ['run', '--silent', 'build']);
}

/** The tests use real servers; one that is missing is installed where that is allowed, and never skipped. */
export function requireServer(command, debianPackage) {
  if (onPath(command)) return;
  const mayInstall = onPath('apt-get') && process.getuid?.() === 0;
  if (!mayInstall) {
    console.error(
      `The tests need ${command}. Install it, for example with: sudo apt-get install -y ${debianPackage}`,
    );
    process.exit(1);
  }
  run('apt-get', ['update', '-qq']);
  run('apt-get', ['install', '-y', '-qq', debianPackage]);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  installPackages();
  build();
  requireServer('redis-server', 'redis-server');
}
