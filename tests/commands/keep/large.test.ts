import { spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { appendFileSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { packOrg } from '../../../src/app/archive.ts';
import { realDisk } from '../../../src/disk/fs/real.ts';
import { programOf } from '../../program.ts';
import { lemming, office } from '../people/world.ts';
import { scratch } from '../world.ts';

/** Of the large file: more than what is read of any file whole. */
const BYTES = 140_000_000;
/** What packing or unpacking it may take more than packing nothing of the kind, half of it: kilobytes. */
const ROOM = 70_000;

/** What a process of its own took to do that: kilobytes. */
function peakOf(...words: string[]): number {
  const argv = [programOf(join(import.meta.dirname, 'large-child.ts')), ...words];
  const { stdout, stderr } = spawnSync(process.execPath, argv, { encoding: 'utf8', timeout: 120_000 });
  expect(stderr).toBe('');
  return Number(stdout);
}

function hashOf(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}

it('a file of 140 MB is packed and unpacked in bounded memory, to the same bytes', () => {
  const root = office();
  const place = scratch();
  const small = peakOf('pack', root, join(place, 'small.tgz'));
  const large = join(root, 'org/shared/model.bin');
  realDisk(root).mkdir('org/shared');
  for (let i = 0; i < 70; i++) appendFileSync(large, randomBytes(BYTES / 70));
  const archive = join(place, 'large.tgz');
  expect(peakOf('pack', root, archive) - small).toBeLessThan(ROOM);
  expect(peakOf('unpack', join(place, 'there'), archive) - small).toBeLessThan(ROOM);
  expect(hashOf(join(place, 'there/org/shared/model.bin'))).toBe(hashOf(large));
  expect(packOrg(realDisk(join(place, 'there')), join(place, 'again.tgz')).bytes).toBeGreaterThan(BYTES);
  expect(hashOf(join(place, 'again.tgz'))).toBe(hashOf(archive));
}, 180_000);

it('backup and restore bring it back', async () => {
  const root = office();
  const large = join(root, 'org/shared/model.bin');
  realDisk(root).mkdir('org/shared');
  appendFileSync(large, randomBytes(3_000_001));
  const hash = hashOf(large);
  const { data, exit } = await lemming(root, ['backup', '--json']);
  expect([exit, data.left_out]).toEqual([0, []]);
  rmSync(large);
  expect((await lemming(root, ['restore', data.file, '--yes'])).exit).toBe(0);
  expect(hashOf(large)).toBe(hash);
});

it('a large file that changes while it is packed is packed anew', () => {
  const root = office();
  const large = join(root, 'org/shared/model.bin');
  const disk = realDisk(root);
  disk.mkdir('org/shared');
  appendFileSync(large, randomBytes(2_500_000));
  const place = scratch();
  let reads = 0;
  const shifting = Object.assign(Object.create(disk) as typeof disk, {
    readPart(path: string, at: number, size: number) {
      if (path.endsWith('model.bin') && at > 0 && reads++ === 0) appendFileSync(large, 'more');
      return disk.readPart(path, at, size);
    },
  });
  packOrg(shifting, join(place, 'a.tgz'));
  expect(reads).toBeGreaterThan(3);
  peakOf('unpack', join(place, 'there'), join(place, 'a.tgz'));
  expect(hashOf(join(place, 'there/org/shared/model.bin'))).toBe(hashOf(large));
});
