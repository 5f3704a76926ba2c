import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
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
