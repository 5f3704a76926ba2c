// Installs the programs that the tests need, where it may: as root on Debian, in CI through sudo as well. In CI it fails when
// one is still missing; elsewhere the tests that need it are left out (tests/left-out.ts).
import { spawnSync } from 'node:child_process';
import { programs } from './programs.mjs';

const ci = process.env.CI === 'true';
const absent = programs().filter(({ why }) => why === 'not installed');
if (absent.length) install(absent.map((one) => one.package));
const broken = programs().filter(({ why }) => why !== null);
if (ci && broken.length) {
  for (const { name, why } of broken) console.error(`The tests need ${name}: ${why}.`);
  process.exitCode = 1;
}

function install(packages) {
  const asRoot = process.getuid?.() === 0 ? [] : ci ? ['sudo', '-n'] : null;
  if (!asRoot || spawnSync('apt-get', ['--version']).error) return;
  console.error(`Installing what the tests need: ${packages.join(' ')}`);
  const run = (...args) => spawn([...asRoot, 'apt-get', ...args]);
  if (run('update', '-qq')) run('install', '-y', '-qq', '--no-install-recommends', ...packages);
}

function spawn([program, ...args]) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  return spawnSync(program, args, { env, stdio: ['ignore', 2, 2] }).status === 0;
}
