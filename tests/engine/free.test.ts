import { expect, it } from 'vitest';
import type { Disk } from '../../src/disk/disk.ts';
import { CALL, Org, PRICED, say } from '../regression/org.ts';

const NAMES = Array.from({ length: 20 }, (_, i) => `a${i}`);
const EDGES = Object.fromEntries([['human', NAMES], ...NAMES.map((name) => [name, ['human']])]);

/** How often a turn of 20 visits made the journal durable. */
async function syncsOf(org: Org): Promise<number> {
  let syncs = 0;
  const disk: Disk = org.disk;
  const append = disk.append.bind(disk);
  disk.append = (path) => {
    const file = append(path);
    return Object.assign(Object.create(file), {
      sync: () => {
        syncs++;
        file.sync();
      },
    });
  };
  org.drop(NAMES, 'Begin.');
  return org.with(async (engine) => {
    await engine.turn();
    syncs = 0;
    org.drop(NAMES, 'Go on.');
    await engine.turn();
    return syncs;
  });
}

const mind = () => [say('human', 'Done.')];

it('calls that cost nothing and can be repeated do not wait for the disk', async () => {
  const org = new Org({ edges: EDGES, org: { limits: { concurrency: 2 } } }, mind);
  expect(await syncsOf(org)).toBeLessThanOrEqual(3);
  expect(org.lines('reply')).toHaveLength(40);
});

it.each([
  [
    'cost something',
    { models: PRICED, credits: { agents: Object.fromEntries(NAMES.map((name) => [name, { grant: CALL }])) } },
    true,
  ],
  ['cannot be repeated', {}, false],
])(
  'calls that %s wait for it, each before it is made and before anything follows from it',
  async (_, plan, repeatable) => {
    const org = new Org({ edges: EDGES, org: { limits: { concurrency: 1 } }, ...plan }, mind);
    org.repeatable = repeatable;
    expect(await syncsOf(org)).toBeGreaterThanOrEqual(40);
  },
);

it('what takes its time is durable after a tenth of a second', async () => {
  const org = new Org({ edges: EDGES, org: { limits: { concurrency: 1 } } }, async () => {
    await org.clock.sleep(50);
    return mind();
  });
  expect(await syncsOf(org)).toBeGreaterThanOrEqual(10);
});
