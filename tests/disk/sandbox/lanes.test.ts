import fs from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { realSandbox } from '../../../src/disk/sandbox/sandbox.ts';
import { scratch } from '../../commands/world.ts';
import { ALLOWED } from '../../engine/tools/hands.ts';

it('at most eight programs run at the same time, and all of them run', async () => {
  const root = scratch();
  const workspace = 'agents/a/workspace';
  fs.mkdirSync(join(root, workspace), { recursive: true });
  const log = join(root, workspace, 'log');
  fs.writeFileSync(log, '');
  const sandbox = realSandbox(root);
  const script = 'echo begins >> log; while [ ! -e go ]; do sleep 0.02; done; echo ends >> log';
  const all = Array.from({ length: 12 }, () => sandbox.run(workspace, ['sh', '-c', script], ALLOWED, true));
  const lines = () => fs.readFileSync(log, 'utf8').split('\n').slice(0, -1);
  await expect.poll(() => lines().length).toBe(8);
  await new Promise((done) => setTimeout(done, 300)); // a ninth would have come meanwhile
  expect(lines()).toEqual(Array(8).fill('begins'));
  fs.writeFileSync(join(root, workspace, 'go'), '');
  const ends = (await Promise.all(all)).map(({ end }) => end);
  expect(ends).toEqual(Array(12).fill({ how: 'exit', code: 0 }));
  expect(lines().filter((line) => line === 'ends')).toHaveLength(12);
});
