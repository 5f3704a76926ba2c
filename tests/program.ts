import {
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** Within the project, so that programs find the packages that they import. */
const FOLDER = join(ROOT, 'node_modules/.cache/lemming/programs');

/** Packages that nearly every program loads: to load them module by module takes as long as Node itself. */
const BUNDLED = ['cockatiel', 'fastest-levenshtein', 'gray-matter', 'lru-cache', 'node-diff3', 'yaml', 'zod'];
/** What is bundled of CommonJS asks for modules of Node by `require`. */
const BANNER = "import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);";

const made = new Map<string, string>();

/**
 * A TypeScript file as a program of few files, made of the sources as they are. It starts in a quarter of the processor time
 * that tsx needs, which loads each of its modules.
 */
export function programOf(file: string): string {
  const program = made.get(file) ?? bundle(file);
  made.set(file, program);
  return program;
}

function bundle(file: string): string {
  mkdirSync(FOLDER, { recursive: true });
  removeOld();
  copyBeside();
  const { outputFiles } = buildSync({
    entryPoints: [file],
    outdir: FOLDER,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    external: loaded(),
    banner: { js: BANNER },
    target: 'node20.19',
    logLevel: 'warning',
    write: false,
  });
  for (const { path, contents } of outputFiles) replace(path, (next) => writeFileSync(next, contents));
  return join(FOLDER, `${basename(file, '.ts')}.mjs`);
}

/** Parts of programs that were made from other sources: what is used is written again each day. */
function removeOld(): void {
  const dayAgo = Date.now() - 86_400_000;
  for (const name of readdirSync(FOLDER)) {
    const path = join(FOLDER, name);
    if ((statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? dayAgo) < dayAgo) rmSync(path, { force: true });
  }
}

/** The packages that a program loads when it comes to them. */
function loaded(): string[] {
  const { dependencies, devDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const names = Object.keys({ ...dependencies, ...devDependencies }).filter((name) => !BUNDLED.includes(name));
  return names.flatMap((name) => [name, `${name}/*`]);
}

/** What modules start by its place beside them. */
function copyBeside(): void {
  const names = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' });
  for (const name of names.filter((one) => one.endsWith('.mjs')))
    replace(join(FOLDER, basename(name)), (next) => copyFileSync(join(ROOT, 'src', name), next));
}

/** A process that starts the old one meanwhile gets it whole. */
function replace(path: string, write: (next: string) => void): void {
  const next = `${path}.${process.pid}`;
  write(next);
  renameSync(next, path);
}
