import { expect, it } from 'vitest';
import type { Config } from '../../../src/core/model/config.ts';
import type { Entry } from '../../../src/core/model/entry.ts';
import { textHash } from '../../../src/core/model/hash.ts';
import { journalPath, readJournal } from '../../../src/disk/journal/journal.ts';
import { machineOwner } from '../../../src/disk/owner/owner.ts';
import { Scrubber } from '../../../src/engine/erase/scrub.ts';
import { verifyJournal } from '../../../src/engine/journal/verify.ts';
import { MemoryDisk } from '../../../src/testing/memory-disk.ts';
import { letter } from '../../core/world.ts';
import { withTurn } from '../../rules/recorded.ts';

const SECRET = 'sk-canary-4711-abcdef';
const PATH = 'agents/a/workspace/dump.bin';
const bytes = (word: string): string => Buffer.from(`\u0000${word}\u00ff`, 'latin1').toString('base64');

/** A turn in which bytes stand wherever a line may hold some. */
function lines(word: string): Entry[] {
  const data = bytes(word);
  const file = { text: data, was: null, base64: true as const };
  const step = { id: 'E-1-a-1', agent: 'a', on: PATH };
  return [
    { k: 'open', turn: 1, time: 1, boot: 'boot', lock: 1, version: '1', rules: 2 },
    {
      k: 'undo',
      turn: 1,
      of: '1',
      by: 'human',
      steps: [
        { ...step, file },
        { ...step, why: 'it was delivered' },
      ],
    },
    {
      k: 'used',
      ...{ turn: 1, agent: 'a', n: 1, act: 1, ok: true, text: '' },
      files: [
        { path: PATH, text: null, was: null, hash: 'h', data },
        { path: `${PATH}.txt`, text: 'text', was: null },
      ],
    },
    { k: 'sent', message: letter({ id: '000001-a-01' }), files: [{ path: 'agents/a/outbox/dump.bin', data }] },
    { k: 'sent', message: letter({ id: '000001-a-02' }) },
    { k: 'wrote', agent: 'a', path: PATH, text: null, was: data, base64: true },
    { k: 'wrote', agent: 'human', path: PATH, ...file },
    { k: 'wrote', agent: 'a', path: 'agents/a/memory/x.md', text: '"base64":true', was: null },
    { k: 'commit', turn: 1, lock: 1 },
  ];
}

it('a secret in bytes of the journal is struck out of whichever line holds them, and the journal still verifies', () => {
  const disk = new MemoryDisk();
  withTurn(disk, 1, ...lines(SECRET));
  const config = { models: new Map(), org: {} } as unknown as Config;
  const scrubber = new Scrubber(disk, config, machineOwner({ MY_SERVICE_KEY: SECRET }));
  const path = journalPath(1);
  const made = scrubber.take({ path, bytes: disk.read(path) as Uint8Array });
  const clean = new MemoryDisk();
  for (const one of made) clean.create(one.path, Buffer.from(one.bytes));
  const [turn] = [...readJournal(clean, [])];
  const told = turn?.entries.map((line) => JSON.stringify(line)).join('\n') ?? '';
  expect(told.match(/[\w+/]{12,}={0,2}/g)?.filter((text) => atob64(text).includes('canary'))).toEqual([]);
  expect(turn?.entries.slice(1)).toEqual(lines('[MY_SERVICE_KEY]').slice(1));
  expect(verifyJournal(clean).faults).toEqual([]);
});

function atob64(text: string): string {
  return Buffer.from(text, 'base64').toString('latin1');
}

it('a file that was sent on keeps the hash of its bytes, also when these change', () => {
  const disk = new MemoryDisk();
  const same = 'agents/a/outbox/000001-01.files/dump.bin';
  const data = bytes(SECRET);
  const onward = { path: 'agents/b/outbox/000002-01.files/dump.bin', from: same, hash: 'old', same, data };
  withTurn(disk, 1, { k: 'sent', message: letter({ id: '000001-a-01' }), files: [{ data, path: same }] });
  withTurn(disk, 2, { k: 'sent', message: letter({ id: '000002-b-01', from: 'b', turn: 2 }), files: [onward] });
  const scrubber = new Scrubber(
    disk,
    { models: new Map(), org: {} } as unknown as Config,
    machineOwner({ MY_SERVICE_KEY: SECRET }),
  );
  const clean = new MemoryDisk();
  for (const path of [journalPath(1), journalPath(2)])
    for (const one of scrubber.take({ path, bytes: disk.read(path) as Uint8Array }))
      clean.create(one.path, Buffer.from(one.bytes));
  const files = [...readJournal(clean, [])].flatMap(({ entries }) =>
    entries.flatMap((line) => (line.k === 'sent' ? (line.files ?? []) : [])),
  );
  expect(files).toHaveLength(2);
  expect(files.map((file) => atob64(file.data).includes('canary'))).toEqual([false, false]);
  expect(files[1]).toMatchObject({ same, hash: textHash(Buffer.from(files[0]?.data ?? '', 'base64')) });
  expect(verifyJournal(clean).faults).toEqual([]);
});
