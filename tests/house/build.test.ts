import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { scratch } from '../commands/world.ts';

it('a build ends when its folder is deleted under it, whatever the compiler does', async () => {
  const root = scratch();
  for (const folder of ['scripts', 'src', 'node_modules/typescript/bin'])
    mkdirSync(join(root, folder), { recursive: true });
  copyFileSync('scripts/build.mjs', join(root, 'scripts/build.mjs'));
  writeFileSync(join(root, 'src/x.ts'), '');
  writeFileSync(join(root, 'node_modules/typescript/bin/tsc'), "console.log('begun'); setInterval(() => {}, 1000);");
  const build = spawn(process.execPath, [join(root, 'scripts/build.mjs')], { stdio: ['ignore', 'pipe', 'pipe'] });
  const said = text(build.stderr);
  await once(build.stdout, 'data');
  rmSync(root, { recursive: true });
  expect(await once(build, 'exit')).toEqual([1, null]);
  expect(await said).toContain('The folder was deleted');
});

it('every file that a built file imports is there', () => {
  const files = readdirSync('dist', { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.js'));
  const lost = files.flatMap((name) => {
    const imported = readFileSync(join('dist', name), 'utf8').matchAll(
      /(?:from |import\(|import )['"](\.{1,2}\/[^'"]+)['"]/g,
    );
    return [...imported].flatMap(([, path = '']) =>
      existsSync(join('dist', dirname(name), path)) ? [] : [`dist/${name} imports ${path}`],
    );
  });
  expect(files.length).toBeGreaterThan(150);
  expect(lost).toEqual([]);
});
