// @module-tag campaign
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { realDisk } from '../../src/disk/fs/real.ts';
import { byCodeUnit } from '../../src/schema/name.ts';
import { ALIKE, RULES } from './laws.ts';
import { alike, always } from './properties.ts';
import { Child, newFolder, removeFolder } from './real.ts';

/** Operations of each property; `npm run test:crash` makes 100,000. */
const OPERATIONS = 500;

it(`after any deeds of people, providers and kills: ${Object.keys(RULES).join('; ')}`, () =>
  always(RULES, 3 * OPERATIONS, 1));

describe('the folder is the same, byte by byte', () => {
  for (const [name, { manners, kind }] of Object.entries(ALIKE))
    it(name, () => alike(name, manners, OPERATIONS, 2, kind));

  it('in any time zone and locale', async () => {
    const said = new Set<string>();
    for (const env of PLACES) {
      const child = new Child({ do: 'play', seed: 3, runs: 12 }, env);
      await child.line();
      said.add((await child.line()) ?? 'nothing');
      expect(await child.exit).toBe(0);
    }
    console.log(`properties: time zone and locale: ${PLACES.length} processes, ${said.size} answer`);
    expect([...said]).toHaveLength(1);
    expect([...said][0]).toMatch(/^[0-9a-f]{64}$/);
  });
});

const PLACES: Record<string, string>[] = [
  { TZ: 'UTC', LC_ALL: 'C' },
  { TZ: 'Pacific/Kiritimati', LC_ALL: 'tr_TR.UTF-8', LANG: 'tr_TR.UTF-8' },
  { TZ: 'America/St_Johns', LC_ALL: 'de_DE@collation=phonebook', LANG: 'ar_EG.UTF-8' },
];

describe('a folder is listed in one order', () => {
  it('by code unit, whatever the order in which the files were made', () => {
    const names = [
      'b',
      'B',
      'a-2',
      'a-10',
      'a_1',
      'ä',
      'z',
      'İ',
      'ı',
      'i',
      '.x',
      '10',
      '9',
      'ﬀ',
      '💥',
      'e\u0301',
      '\u00e9',
    ];
    const listings = new Set<string>();
    for (let round = 0; round < 20; round++) {
      const root = newFolder('listing');
      for (const name of shuffled(names, round)) fs.writeFileSync(path.join(root, name), '');
      listings.add(JSON.stringify(realDisk(root).list('')));
      removeFolder(root);
    }
    expect([...listings]).toEqual([JSON.stringify([...names].sort(byCodeUnit))]);
  });
});

function shuffled(names: readonly string[], round: number): string[] {
  const key = (name: string): string => createHash('sha256').update(`${round}${name}`).digest('hex');
  return [...names].sort((a, b) => byCodeUnit(key(a), key(b)));
}
