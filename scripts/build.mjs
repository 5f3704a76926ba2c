// Builds dist/: TypeScript by tsc, everything else in src/ as it is, and dist/commands.json from the command files.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const TSC = 'node_modules/typescript/bin/tsc';
const BUILD_INFO = 'node_modules/.cache/lemming/build.tsbuildinfo';
const MAIN = 'dist/faces/cli/main.js';

process.chdir(ROOT);
checkTools();
const sources = filesIn('src');
const outputs = new Set(['commands.json', ...sources.flatMap(outputsOf)]);
await compile();
copyTheRest();
removeStale();
await writeCatalogue();
chmodSync(MAIN, 0o755);

function checkTools() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19))
    quit(`LeMMing needs Node 20.19 or newer; this is ${process.versions.node}.`);
  if (!existsSync(TSC)) quit('The dependencies are missing: run npm ci first.');
}

function quit(line) {
  console.error(line);
  process.exit(1);
}

function filesIn(folder) {
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return paths.map((path) => path.slice(folder.length + 1)).sort();
}

function outputsOf(source) {
  if (!/\.tsx?$/.test(source)) return [source];
  const stem = source.replace(/\.tsx?$/, '');
  return [`${stem}.js`, `${stem}.d.ts`];
}

// tsc trusts its notes of the last build and would not write again what was deleted since. When its folder is deleted under
// it, it would go on for ever.
async function compile() {
  if ([...outputs].some((path) => !existsSync(join('dist', path)))) rmSync(BUILD_INFO, { force: true });
  const args = [TSC, '-p', 'tsconfig.json', '--incremental', '--tsBuildInfoFile', BUILD_INFO];
  const tsc = spawn(process.execPath, args, { stdio: 'inherit' });
  const watch = setInterval(() => existsSync(TSC) || tsc.kill('SIGKILL'), 1000);
  const [status] = await once(tsc, 'exit');
  clearInterval(watch);
  if (!existsSync(TSC)) quit('The folder was deleted while it was built.');
  if (status !== 0) process.exit(1);
}

function copyTheRest() {
  for (const source of sources.filter((path) => !/\.tsx?$/.test(path))) {
    mkdirSync(dirname(join('dist', source)), { recursive: true });
    copyFileSync(join('src', source), join('dist', source));
  }
}

function removeStale() {
  for (const path of filesIn('dist').filter((path) => !outputs.has(path))) rmSync(join('dist', path));
}

async function writeCatalogue() {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
  const files = sources.filter((path) => /^commands\/[^/]+\.ts$/.test(path));
  const modules = await Promise.all(
    files.map((path) => import(pathToFileURL(join('dist', path.replace(/\.ts$/, '.js'))).href)),
  );
  const commands = modules.flatMap(({ command }) => (command ? [command] : []));
  writeFileSync('dist/commands.json.tmp', JSON.stringify({ version, commands }));
  renameSync('dist/commands.json.tmp', 'dist/commands.json');
}
