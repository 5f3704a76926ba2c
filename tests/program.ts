import { copyFileSync, mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync, type OutputFile } from 'esbuild';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** Within the project, so that programs find the packages that they import. */
const FOLDER = join(ROOT, 'node_modules/.cache/lemming/programs');

const made = new Map<string, string>();

/**
 * A TypeScript file as a program of one file, made of the sources as they are. It starts in a third of the processor time that
 * tsx needs, which loads each of its modules.
 */
export function programOf(file: string): string {
  const program = made.get(file) ?? bundle(file);
  made.set(file, program);
  return program;
}

function bundle(file: string): string {
  mkdirSync(FOLDER, { recursive: true });
  copyBeside();
  const { outputFiles } = buildSync({
    entryPoints: [file],
    outfile: join(FOLDER, `${basename(file, '.ts')}.mjs`),
    bundle: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    target: 'node20.19',
    logLevel: 'warning',
    write: false,
  });
  const [{ path, contents }] = outputFiles as [OutputFile];
  replace(path, (next) => writeFileSync(next, contents));
  return path;
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
