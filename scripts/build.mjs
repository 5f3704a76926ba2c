// Builds dist/: modules by tsc into a cache; of these, files that load quickly by esbuild, one for each command and for what
// they share; and dist/commands.json from the command files.
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
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const TSC = 'node_modules/typescript/bin/tsc';
/** What tsc makes: a module for each file of src/. */
const MODULES = 'node_modules/.cache/lemming/modules';
const BUILD_INFO = 'node_modules/.cache/lemming/build.tsbuildinfo';
/** Where dist/ is made, before it takes the place of the old one. */
const NEXT = 'node_modules/.cache/lemming/dist';
/** Packages that nearly every command loads: they become part of the files that need them. The others are loaded when used. */
const BUNDLED = ['commander', 'fastest-levenshtein', 'gray-matter', 'node-diff3', 'yaml', 'zod'];

/** What programs may import: exports of package.json. */
const PUBLIC = ['lemming.js', 'testing.js', 'workflow-builder.js'];
const MAIN = 'faces/cli/main.js';
/** What every process loads, and `lemming status`, which is to be there at once. */
const FIRST = ['faces/cli/process.js', 'faces/cli/world.js', 'commands/look/status.js'];
/** What is bundled of CommonJS asks for modules of Node by `require`. */
const BANNER =
  "import { createRequire as requireOf } from 'node:module'; const require = (name) => requireOf(import.meta.url)(name);";

/**
 * What packages would load and never use here: gray-matter is only given texts whose YAML we read ourselves, commander starts
 * no programs, and faults are told in English.
 */
const withoutUnused = {
  name: 'without what is never used',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^js-yaml$/ }, () => ({ path: 'js-yaml', namespace: 'none' }));
    onResolve({ filter: /^node:child_process$/ }, ({ importer }) =>
      importer.includes('node_modules/commander/') ? { path: 'child_process', namespace: 'none' } : null,
    );
    onResolve({ filter: /^\.\.\/locales\/index\.js$/ }, () => ({ path: 'locales', namespace: 'none' }));
    onLoad({ filter: /./, namespace: 'none' }, () => ({
      contents: 'module.exports = { safeLoad() {}, safeDump() {} };',
    }));
  },
};

process.chdir(ROOT);
checkTools();
const sources = filesIn('src');
const outputs = new Set(['package.json', ...sources.flatMap(outputsOf)]);
await compile();
copyTheRest();
removeStale();
const commands = await readCommands();
await bundle();
for (const entry of PUBLIC) copyTypes(entry.replace(/\.js$/, '.d.ts'));
publish();

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
  if ([...outputs].some((path) => !existsSync(join(MODULES, path)))) rmSync(BUILD_INFO, { force: true });
  const args = [TSC, '-p', 'tsconfig.json', '--outDir', MODULES, '--incremental', '--tsBuildInfoFile', BUILD_INFO];
  const tsc = spawn(process.execPath, args, { stdio: 'inherit' });
  const watch = setInterval(() => existsSync(TSC) || tsc.kill('SIGKILL'), 1000);
  const [status] = await once(tsc, 'exit');
  clearInterval(watch);
  if (!existsSync(TSC)) quit('The folder was deleted while it was built.');
  if (status !== 0) process.exit(1);
}

function copyTheRest() {
  copyFileSync('package.json', join(MODULES, 'package.json'));
  for (const source of beside()) {
    mkdirSync(dirname(join(MODULES, source)), { recursive: true });
    copyFileSync(join('src', source), join(MODULES, source));
  }
}

/** Files of src/ that are no TypeScript: programs of their own. */
function beside() {
  return sources.filter((path) => !/\.tsx?$/.test(path));
}

function removeStale() {
  for (const path of filesIn(MODULES).filter((path) => !outputs.has(path))) rmSync(join(MODULES, path));
}

/**
 * All files lie in one folder: a module finds what lies beside it whichever file it becomes part of. It is made anew, beside
 * the old one, and then takes its place.
 */
async function bundle() {
  const [{ build }, { gather }] = await Promise.all([import('esbuild'), import('./gather.mjs')]);
  const { dependencies, optionalDependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
  const external = Object.keys({ ...dependencies, ...optionalDependencies }).filter((name) => !BUNDLED.includes(name));
  rmSync(NEXT, { recursive: true, force: true });
  const options = {
    entryPoints: [MAIN, ...PUBLIC, ...commands.keys()].map(modulePath),
    entryNames: '[name]',
    chunkNames: '[name]-[hash]',
    outdir: NEXT,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    minifySyntax: true,
    minifyWhitespace: true,
    external: external.flatMap((name) => [name, `${name}/*`]),
    banner: { js: BANNER },
    logLevel: 'warning',
  };
  const { metafile } = await build({ ...options, plugins: [withoutUnused], metafile: true, write: false });
  const gathering = gather(metafile, {
    own: MODULES,
    main: modulePath(MAIN),
    first: FIRST.map(modulePath),
    rest: [...PUBLIC, ...commands.keys()].filter((file) => !FIRST.includes(file)).map(modulePath),
    marks: ['engine/turn/engine.js', 'app/run-engine.js'].map(modulePath),
  });
  await build({ ...options, plugins: [withoutUnused, gathering] });
  for (const path of beside()) copyFileSync(join('src', path), join(NEXT, basename(path)));
}

function modulePath(file) {
  return `${MODULES}/${file}`;
}

/** File → the command that it holds. */
async function readCommands() {
  const files = sources.filter((path) => /^commands\/.+\.ts$/.test(path)).map((path) => path.replace(/\.ts$/, '.js'));
  const modules = await Promise.all(files.map((path) => import(pathToFileURL(resolve(MODULES, path)).href)));
  const found = files.flatMap((path, i) => (modules[i].command ? [[path, modules[i].command]] : []));
  return new Map(found.sort(([, a], [, b]) => (a.name < b.name ? -1 : 1)));
}

/** The declarations that a file of the public interface needs. */
function copyTypes(file, copied = new Set()) {
  if (copied.has(file)) return;
  copied.add(file);
  const text = readFileSync(join(MODULES, file), 'utf8');
  mkdirSync(dirname(join(NEXT, 'types', file)), { recursive: true });
  writeFileSync(join(NEXT, 'types', file), text);
  for (const [, path] of text.matchAll(/(?:from |import\()['"](\.[^'"]+)['"]/g))
    copyTypes(join(dirname(file), path.replace(/\.(ts|js)$/, '.d.ts')), copied);
}

function publish() {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
  writeFileSync(join(NEXT, 'commands.json'), JSON.stringify({ version, commands: [...commands.values()] }));
  chmodSync(join(NEXT, 'main.js'), 0o755);
  rmSync('dist', { recursive: true, force: true });
  renameSync(NEXT, 'dist');
}
