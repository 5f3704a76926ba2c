import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { installPacked } from '../packed.ts';
import { blocks, ROOT } from './pages.ts';

const run = promisify(execFile);
const page = readFileSync(join(ROOT, 'docs/embedding.md'), 'utf8');
const examples = blocks(page, 'ts');
const outputs = blocks(page, 'text');
const project = mkdtempSync(join(tmpdir(), 'lemming-embedding-'));
/** No turn waits for the clock. */
const env = {
  PATH: process.env.PATH,
  HOME: project,
  LEMMING_HOME: join(project, 'home'),
  LEMMING_CLOCK_TURN_SECONDS: '0',
};

beforeAll(() => installPacked(project));
afterAll(() => rmSync(project, { recursive: true, force: true }));

/** What a module prints, in an empty folder of the project. */
async function printed(name: string, module: string): Promise<string> {
  const cwd = join(project, name);
  mkdirSync(cwd);
  writeFileSync(join(cwd, 'program.js'), module);
  return (await run(process.execPath, ['program.js'], { cwd, env })).stdout;
}

it('shows examples that compile against the packed types, and print what it says', { timeout: 120_000 }, async () => {
  expect(examples.length).toBeGreaterThan(3);
  expect(outputs).toHaveLength(examples.length);
  examples.forEach((text, i) => void writeFileSync(join(project, `example-${i}.ts`), text));
  const files = examples.map((_, i) => `example-${i}.ts`);
  const types = ['--types', 'node', '--typeRoots', join(ROOT, 'node_modules/@types')];
  const options = ['--strict', '--module', 'nodenext', '--target', 'es2022', '--lib', 'es2023', '--outDir', 'made'];
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  await run(process.execPath, [tsc, ...options, ...types, ...files], { cwd: project });
  for (const [i, output] of outputs.entries())
    expect(await printed(`run-${i}`, readFileSync(join(project, 'made', `example-${i}.js`), 'utf8'))).toBe(output);
});

it('is loaded by require as well, and finds every schema by its name', async () => {
  const schemas = readdirSync(join(ROOT, 'schemas'));
  const program = `
    import { createRequire } from 'node:module';
    const require = createRequire(import.meta.url);
    const titles = ${JSON.stringify(schemas)}.map((name) => require('lemming/schemas/' + name).title);
    console.log(JSON.stringify({ titles: titles.filter(Boolean).length, open: typeof require('lemming').open }));
  `;
  expect(JSON.parse(await printed('names', program))).toEqual({ titles: schemas.length, open: 'function' });
});

it('loads no SDK, no screen and no MCP before they are used', async () => {
  const hook = `
    import { appendFileSync } from 'node:fs';
    export async function resolve(name, context, next) {
      appendFileSync(new URL('asked', import.meta.url), name + '\\n');
      return next(name, context);
    }`;
  writeFileSync(join(project, 'hook.mjs'), hook);
  const program = `
    import { register } from 'node:module';
    register('../hook.mjs', import.meta.url);
    const { open } = await import('lemming');
    const org = await open('team', { template: 'default' });
    await org.run({ until_idle: true });
    await org.close();
  `;
  await printed('loads', program);
  const asked = new Set(readFileSync(join(project, 'asked'), 'utf8').trimEnd().split('\n'));
  expect([...asked].filter((name) => !/^(node:|\.|file:)/.test(name)).sort()).toEqual(['lemming']);
});
