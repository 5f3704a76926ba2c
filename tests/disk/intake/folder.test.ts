// @module-tag disk
import fs from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { apply } from '../../../src/core/journal/apply.ts';
import type { InputEntry } from '../../../src/core/model/entry.ts';
import { emptyState, type State } from '../../../src/core/model/state.ts';
import { DiskError } from '../../../src/disk/fs/disk.ts';
import { realDisk } from '../../../src/disk/fs/real.ts';
import { Folder, numberAsides } from '../../../src/disk/intake/folder.ts';
import { printMessage } from '../../../src/schema/print.ts';
import { buildOrg, type OrgPlan } from '../../../src/testing/build-org.ts';
import { FakeClock } from '../../../src/testing/fake-clock.ts';
import { MemoryDisk } from '../../../src/testing/memory-disk.ts';
import { scratchOrg } from '../../commands/world.ts';
import { ASIDE, asked, dead, visited } from '../../core/entries.ts';
import { configOf, letter, sent, stateOf } from '../../core/world.ts';

const PLAN: OrgPlan = {
  edges: { human: ['a', 'b'], a: ['b', 'human'], b: [] },
  files: { 'org/units/crew.md': '---\nmembers: [a]\n---\n' },
};
const LIMIT = 10_000;

/** A folder in memory, whose files are ten seconds old, and a look at it. */
function world(plan: OrgPlan = PLAN) {
  const disk = new MemoryDisk();
  const clock = new FakeClock();
  disk.now = () => clock.now() - 10_000;
  buildOrg(disk, plan);
  return { disk, clock, folder: new Folder(disk, clock), config: configOf(plan) };
}

/** Folds what was found, as the engine does, with the ids it gives. */
function take(state: State, inputs: readonly InputEntry[]): void {
  for (const input of numberAsides(inputs, 1, 1)) apply(state, input);
}

function told(inputs: readonly InputEntry[]): string[] {
  return inputs.map((input) => {
    if (input.k === 'aside') return `aside ${input.path} ${input.reason}`;
    if (input.k === 'file') return `${input.text === null ? 'gone' : 'file'} ${input.path}`;
    return 'path' in input ? `${input.k} ${input.path}` : input.k;
  });
}

/** Paths that are read while the work is done. */
function readsDuring(disk: MemoryDisk, work: () => void): string[] {
  const reads: string[] = [];
  disk.looking = ({ name, path }) => {
    if (name === 'read') reads.push(path);
    return 'go';
  };
  work();
  disk.looking = null;
  return reads;
}

describe('files that people write', () => {
  it('are all new at first, in order, and no longer when the state holds them', () => {
    const { disk, folder } = world({
      ...PLAN,
      files: {
        ...PLAN.files,
        'agents/a/memory/k.md': 'x',
        'org/notes.txt': '',
        'org/.x.yaml.swp': '',
        'org/y.yaml~': '',
        'agents/a/memory/.z.md': '',
        'agents/Bad Name/resume.md': '',
      },
    });
    const state = emptyState();
    const found = folder.tracked.changes(state, LIMIT);
    expect(told(found)).toEqual([
      'file agents/a/memory/k.md',
      'file agents/a/resume.md',
      'file agents/b/resume.md',
      'file agents/human/resume.md',
      'file org/chart.yaml',
      'file org/credits.yaml',
      'file org/models.yaml',
      'file org/org.yaml',
      'file org/units/crew.md',
    ]);
    take(state, found);
    expect(folder.tracked.changes(state, LIMIT)).toEqual([]);
    expect(readsDuring(disk, () => folder.tracked.changes(state, LIMIT))).toEqual([]);
  });

  it('are found when they are changed, made or removed', () => {
    const { disk, folder } = world();
    const state = emptyState();
    take(state, folder.tracked.changes(state, LIMIT));
    folder.tracked.changes(state, LIMIT);
    disk.put('org/org.yaml', 'version: 1\nname: other\n');
    disk.put('agents/c/resume.md', 'You are c.\n');
    disk.remove('org/units/crew.md');
    disk.remove('agents/b/resume.md');
    const found = folder.tracked.changes(state, LIMIT);
    expect(told(found)).toEqual([
      'aside agents/b/resume.md malformed',
      'gone agents/b/resume.md',
      'file agents/c/resume.md',
      'file org/org.yaml',
      'gone org/units/crew.md',
    ]);
    take(state, found);
    expect(folder.tracked.changes(state, LIMIT)).toEqual([]);
  });

  it('that were just written are read again, in case they change within the grain of the clock', () => {
    const { disk, folder, clock } = world();
    const state = emptyState();
    disk.now = () => clock.now();
    disk.put('org/org.yaml', 'version: 1\nname: now\n');
    take(state, folder.tracked.changes(state, LIMIT));
    expect(readsDuring(disk, () => folder.tracked.changes(state, LIMIT))).toContain('org/org.yaml');
    expect(readsDuring(disk, () => folder.tracked.changes(state, LIMIT))).toContain('org/org.yaml');
    clock.advance(1000);
    folder.tracked.changes(state, LIMIT);
    expect(readsDuring(disk, () => folder.tracked.changes(state, LIMIT))).toEqual([]);
  });

  it('that the engine made itself need no reading, those it changed do', () => {
    const { disk, folder } = world();
    const state = emptyState();
    take(state, folder.tracked.changes(state, LIMIT));
    folder.tracked.changes(state, LIMIT);
    disk.replace('agents/a/memory/k.md', 'made');
    apply(state, { k: 'wrote', agent: 'a', path: 'agents/a/memory/k.md', text: 'made', was: null });
    folder.known(new Map([['agents/a/memory/k.md', disk.stat('agents/a/memory/k.md')?.mark ?? '']]));
    expect(readsDuring(disk, () => folder.tracked.changes(state, LIMIT))).toEqual([]);
    folder.forget('agents/a/memory/k.md');
    expect(readsDuring(disk, () => folder.tracked.changes(state, LIMIT))).toEqual(['agents/a/memory/k.md']);
  });

  it.each([
    ['too large', 'x'.repeat(LIMIT + 1), 'too-large'],
    ['binary', 'a\0b', 'not-text'],
  ])('that are %s are set aside once for each version', (_what, text, reason) => {
    const { disk, folder } = world();
    const state = emptyState();
    take(state, folder.tracked.changes(state, LIMIT));
    disk.put('agents/a/memory/k.md', text);
    const found = folder.tracked.changes(state, LIMIT);
    expect(told(found)).toEqual([`aside agents/a/memory/k.md ${reason}`]);
    expect(found).toMatchObject([{ owner: 'a', turn: 0, id: '' }]);
    take(state, found);
    expect(folder.tracked.changes(state, LIMIT)).toEqual([]);
    disk.put('agents/a/memory/k.md', `${text}!`);
    expect(told(folder.tracked.changes(state, LIMIT))).toEqual([`aside agents/a/memory/k.md ${reason}`]);
    disk.put('agents/a/memory/k.md', 'good');
    expect(told(folder.tracked.changes(state, LIMIT))).toEqual(['file agents/a/memory/k.md']);
  });

  it('may have line ends and a mark of any editor', () => {
    const { disk, folder } = world();
    disk.put('agents/a/resume.md', '\ufeff---\r\nrole: x\r\n---\r\nYou.\r\n');
    expect(folder.tracked.changes(emptyState(), LIMIT)).toContainEqual({
      k: 'file',
      path: 'agents/a/resume.md',
      text: '---\nrole: x\n---\nYou.\n',
    });
  });

  it('cannot be read when the disk fails, and that is told', () => {
    const { disk, folder } = world();
    disk.looking = ({ name }) => (name === 'read' ? 'io' : 'go');
    expect(() => folder.tracked.changes(emptyState(), LIMIT)).toThrow(DiskError);
  });
});

describe('what is a link or no folder', () => {
  const linked = (place: string) => {
    const root = scratchOrg(PLAN);
    const outside = scratchOrg(PLAN);
    fs.rmSync(join(root, place), { recursive: true, force: true });
    fs.mkdirSync(join(root, place, '..'), { recursive: true });
    fs.symlinkSync(join(outside, place), join(root, place));
    return new Folder(realDisk(root), new FakeClock(Date.now() + 60_000));
  };

  it.each(['agents/a', 'agents/a/outbox', 'agents/a/memory', 'agents/a/workspace', 'agents/a/logs'])(
    'in the place of %s leaves the agent out',
    (place) => {
      const folder = linked(place);
      const state = emptyState();
      const found = folder.tracked.changes(state, LIMIT);
      expect(told(found)).toContain(`aside ${place} not-regular`);
      expect(told(found)).not.toContain('file agents/a/resume.md');
      take(state, found);
      expect(told(folder.tracked.changes(state, LIMIT)).filter((line) => line.startsWith('aside'))).toEqual([]);
    },
  );

  it('in the place of a resume is set aside', () => {
    expect(told(linked('agents/a/resume.md').tracked.changes(emptyState(), LIMIT))).toContain(
      'aside agents/a/resume.md not-regular',
    );
  });

  it.each(['agents/a/memory/learned', 'agents/a/memory/archive', 'org/shared', 'org/shared/context'])(
    'in the place of %s is told once, and nothing behind it is read',
    (place) => {
      const folder = linked(place);
      const state = emptyState();
      const found = told(folder.tracked.changes(state, LIMIT));
      expect(found).toContain(`aside ${place} not-regular`);
      expect(found).toContain('file agents/a/resume.md');
      expect(found.filter((line) => line.startsWith(`file ${place}`))).toEqual([]);
      take(state, folder.tracked.changes(state, LIMIT));
      expect(told(folder.tracked.changes(state, LIMIT))).toEqual([]);
    },
  );

  it('is no folder of an agent', () => {
    const root = scratchOrg(PLAN);
    fs.symlinkSync('/tmp', join(root, 'agents/link'));
    fs.writeFileSync(join(root, 'agents/note.md'), '');
    expect(new Folder(realDisk(root), new FakeClock()).tracked.agentFolders()).toEqual(['a', 'b', 'human']);
  });
});

describe('mail that people edit', () => {
  const edit = async (
    to: string[],
    text: (message: ReturnType<typeof letter>) => string | null,
    fields: Parameters<typeof sent>[0] = {},
  ) => {
    const { disk, folder, config } = world();
    const entry = sent({ from: 'a', to, body: 'As it was.', ...fields });
    const state = stateOf(entry);
    const made = text(entry.message);
    if (made !== null) disk.put(entry.message.path, made);
    return {
      found: await folder.outboxes.edits(state, config, LIMIT),
      again: () => folder.outboxes.edits(state, config, LIMIT),
    };
  };

  it.each<[string, Parameters<typeof edit>[1], InputEntry[]]>([
    ['as it was', printMessage, []],
    [
      'another text',
      (message) => printMessage({ ...message, body: 'Other.' }),
      [{ k: 'mail', id: '000001-a-01', subject: 'Hello', body: 'Other.', priority: 'normal' }],
    ],
    [
      'another subject and priority',
      (message) => printMessage({ ...message, subject: 'S', priority: 'high' }),
      [{ k: 'mail', id: '000001-a-01', subject: 'S', body: 'As it was.', priority: 'high' }],
    ],
    ['deleted', () => null, [{ k: 'mail-gone', id: '000001-a-01' }]],
    ['torn', (message) => printMessage(message).slice(0, 20), []],
    ['binary', () => 'a\0b', []],
  ])('is taken as it stands: %s', async (_what, text, inputs) => {
    expect((await edit(['b'], text)).found).toMatchObject(inputs);
  });

  it('is kept whole', async () => {
    const { found } = await edit(['b'], (message) => `${printMessage({ ...message, body: 'Other.' })}\n\n`);
    expect(found).toMatchObject([{ body: 'Other.', text: expect.stringMatching(/Other\.\n\n\n$/) }]);
  });

  it('is looked at once, until it changes again', async () => {
    const { again } = await edit(['b'], (message) => printMessage({ ...message, body: 'Other.' }));
    expect(await again()).toEqual([]);
  });

  it('and that only people wait for stays as it was sent', async () => {
    expect((await edit(['human'], () => null)).found).toEqual([]);
  });
});

describe('requests of commands', () => {
  const find = (files: Record<string, string>) => {
    const { disk, folder } = world();
    for (const [name, text] of Object.entries(files)) disk.put(`agents/human/requests/${name}`, text);
    return folder.requests.taken(emptyState(), ['human'], LIMIT, 42);
  };

  it('are read in the order of their names, and bear the name of the folder’s person', () => {
    expect(
      find({
        '2.yaml': 'ask: resume\nby: x\nagent: null\n',
        '1.yaml': 'ask: pause\nby: x\nagent: a\n',
        '.3.yaml': '',
        '4.yaml~': '',
        'note.txt': '',
      }),
    ).toEqual([
      {
        k: 'request',
        request: { ask: 'pause', by: 'human', agent: 'a' },
        time: 42,
        file: 'agents/human/requests/1.yaml',
      },
      {
        k: 'request',
        request: { ask: 'resume', by: 'human', agent: null },
        time: 42,
        file: 'agents/human/requests/2.yaml',
      },
    ]);
  });

  it.each([
    ['not YAML', '[', 'malformed'],
    ['of no kind', 'ask: dance\n', 'malformed'],
    ['binary', '\0', 'not-text'],
  ])('that are %s are set aside', (_what, text, reason) => {
    expect(told(find({ '1.yaml': text }))).toEqual([`aside agents/human/requests/1.yaml ${reason}`]);
  });
});

describe('dropped mail', () => {
  const drops = async (files: Record<string, string>, state = emptyState()) => {
    const { disk, folder, config } = world();
    for (const [name, text] of Object.entries(files)) disk.put(`agents/human/outbox/${name}`, text);
    return folder.drops.taken(state, config, 7, LIMIT);
  };

  it.each([
    [
      'with a recipient in its head',
      'x.md',
      '---\nto: a\n---\nDo it.\n',
      { to: ['a'], body: 'Do it.', subject: 'Do it.' },
    ],
    [
      'with all there is in its head',
      'x.md',
      '---\nto: ["@crew", b]\nsubject: S\npriority: critical\nkind: task\nthread: t\nexpires: 9\ntask: T-1\n---\nB\n',
      { to: ['a', 'b'], subject: 'S', priority: 'urgent', kind: 'task', thread: 't', expires: 9, task: 'T-1' },
    ],
    ['named after its recipient', 'a.md', 'Do it.\n', { to: ['a'], thread: '000007-human-01' }],
    ['in a folder of its recipient', 'b/any name.md', 'Do it.\n', { to: ['b'] }],
    ['in a folder of a unit', '@crew/x.md', 'Do it.\n', { to: ['a'] }],
    ['to everyone', 'x.md', '---\nto: "*"\n---\nDo it.\n', { to: ['a', 'b'] }],
  ])('%s is completed', async (_what, name, text, fields) => {
    expect(await drops({ [name]: text })).toMatchObject([
      {
        k: 'drop',
        turn: 7,
        found: `agents/human/outbox/${name}`,
        message: { id: '000007-human-01', from: 'human', turn: 7, hops: 0, ...fields },
      },
    ]);
  });

  it.each([
    ['to nobody', 'Some note.md', 'Do it.\n', 'malformed'],
    ['to somebody who is not there', 'ghost.md', 'Do it.\n', 'no-edge'],
    ['with an unknown key', 'x.md', '---\nto: a\nwhom: b\n---\n', 'malformed'],
    ['that was not closed', 'x.md', '---\nto: a\n', 'malformed'],
    ['with the id of a message', 'x.md', '---\nid: 000001-a-01\nto: a\n---\n', 'known-id'],
    ['binary', 'a.md', '\0', 'not-text'],
    ['too large', 'a.md', 'x'.repeat(LIMIT + 1), 'too-large'],
  ])('%s is set aside', async (_what, name, text, reason) => {
    expect(told(await drops({ [name]: text }))).toEqual([`aside agents/human/outbox/${name} ${reason}`]);
  });

  it('is numbered in the order of the names, what is set aside takes no number', async () => {
    const found = await drops({
      'b.md': '2',
      'a.md': '1',
      'ab.md': 'to nobody',
      '.a.md': '',
      'a.md~': '',
      'notes.txt': '',
      'archive/a.md': '',
      'Some Folder/a.md': '',
      'a.sync-conflict-1.md': '',
    });
    expect(found.map((input) => (input.k === 'drop' ? input.message.id : input.k))).toEqual([
      '000007-human-01',
      'aside',
      '000007-human-02',
    ]);
  });

  it('belongs to the conversation of the message it answers, waiting or past', async () => {
    const state = stateOf(
      sent({ from: 'a', to: ['human'], thread: 't-1' }),
      sent({ from: 'b', to: ['a'], n: 2, thread: 't-2' }),
      visited({ mail: ['000001-b-02'] }),
    );
    const threads = await drops(
      {
        '1.md': '---\nto: a\nreply_to: 000001-a-01\n---\n',
        '2.md': '---\nto: b\nreply_to: 000001-b-02\n---\n',
        '3.md': '---\nto: a\nreply_to: 000001-x-01\n---\n',
      },
      state,
    );
    expect(threads.map((input) => input.k === 'drop' && input.message.thread)).toEqual([
      't-1',
      't-2',
      '000007-human-03',
    ]);
  });

  it('that was set aside is not looked at again until it changes; mended, it ends its record', async () => {
    const { disk, folder, config } = world();
    const path = 'agents/human/outbox/x.md';
    disk.put(path, 'to nobody');
    const state = emptyState();
    expect(folder.drops.waiting(state, config)).toBe(true);
    take(state, await folder.drops.taken(state, config, 1, LIMIT));
    expect(await folder.drops.taken(state, config, 2, LIMIT)).toEqual([]);
    expect(folder.drops.waiting(state, config)).toBe(false);
    disk.put(path, '---\nto: a\n---\nMended.\n');
    expect(folder.drops.waiting(state, config)).toBe(true);
    expect(await folder.drops.taken(state, config, 2, LIMIT)).toMatchObject([{ k: 'drop', mends: 'aside-000001-1' }]);
  });

  it('that is in the journal is the engine’s own', async () => {
    const message = letter();
    const state = stateOf({ k: 'drop', turn: 1, found: 'x', hash: 'h', message });
    const found = await drops({ [message.path.slice('agents/human/outbox/'.length)]: printMessage(message) }, state);
    expect(found).toEqual([]);
  });
});

describe('a drop that may still be written', () => {
  const young = () => {
    const { disk, clock, folder, config } = world();
    disk.now = () => clock.now();
    disk.put('agents/human/outbox/a.md', 'Do');
    const start = clock.now();
    return {
      disk,
      clock,
      waited: () => clock.now() - start,
      drops: () => folder.drops.taken(emptyState(), config, 1, LIMIT),
    };
  };

  it('is waited for until it is half a second old', async () => {
    const { drops, waited } = young();
    expect(told(await drops())).toEqual(['drop']);
    expect(waited()).toBe(500);
  });

  it('is waited for while it grows, and taken whole', async () => {
    const { disk, clock, drops, waited } = young();
    const sleep = clock.sleep.bind(clock);
    let grows = 1;
    clock.sleep = async (ms) => {
      await sleep(ms - 100);
      if (grows-- > 0) disk.put('agents/human/outbox/a.md', 'Do it.');
      await sleep(100);
    };
    expect(await drops()).toMatchObject([{ message: { body: 'Do it.' } }]);
    expect(waited()).toBeLessThanOrEqual(1000);
  });

  it('is left for the next turn when it grows for a second', async () => {
    const { disk, clock, drops, waited } = young();
    const sleep = clock.sleep.bind(clock);
    clock.sleep = async (ms) => {
      await sleep(ms);
      disk.put('agents/human/outbox/a.md', `Do ${clock.now()}`);
    };
    expect(await drops()).toEqual([]);
    expect(waited()).toBe(1000);
  });

  it('is gone when it goes meanwhile', async () => {
    const { disk, clock, drops } = young();
    clock.sleep = async () => disk.remove('agents/human/outbox/a.md');
    expect(await drops()).toEqual([]);
  });

  it('whose time lies in the future is taken when it stands still', async () => {
    const { disk, clock, drops, waited } = young();
    disk.now = () => clock.now() + 3_600_000;
    disk.put('agents/human/outbox/a.md', 'Do it.');
    await drops();
    expect(waited()).toBeLessThanOrEqual(1000);
  });

  it('is not waited for when it was moved into place whole', async () => {
    const { disk, drops, waited } = young();
    disk.remove('agents/human/outbox/a.md');
    disk.put('agents/human/outbox/x.sent.md', '---\nto: a\n---\nDo it.\n');
    expect(told(await drops())).toEqual(['drop']);
    expect(waited()).toBe(0);
  });
});

describe('foreign files in the outbox of an agent', () => {
  it('are set aside at the first look, then in rotation', () => {
    const { disk, folder, config } = world();
    const state = stateOf({ k: 'commit', turn: 3, lock: 1 });
    for (const name of ['000001-01-b-ours.md', '000009-01-b-forged.md', 'note.md', 'image.png', '.x.md'])
      disk.put(`agents/a/outbox/${name}`, 'x');
    disk.put('agents/b/outbox/bin.md', '\0');
    const found = folder.outboxes.foreign(state, config, 4);
    expect(told(found)).toEqual([
      'aside agents/a/outbox/000009-01-b-forged.md foreign',
      'aside agents/a/outbox/note.md foreign',
      'aside agents/b/outbox/bin.md foreign',
    ]);
    take(state, found);
    disk.put('agents/a/outbox/later.md', 'x');
    const turns = Array.from({ length: 50 }, (_, i) => i + 5).filter(
      (turn) => folder.outboxes.foreign(state, config, turn).length > 0,
    );
    expect(turns).toHaveLength(1);
  });
});

describe('old mail', () => {
  const swept = (state: State, turn: number, live = 10) => {
    const { disk, folder, config } = world({ ...PLAN, org: { limits: { live_turns: live } } });
    for (const name of ['000001-01-b-old.md', '000001-01-1-file.png', '000040-01-b-young.md', 'note.md'])
      disk.put(`agents/a/outbox/${name}`, 'x');
    const turns = Array.from({ length: 50 }, (_, i) => turn + i);
    return turns
      .flatMap((one) => folder.outboxes.sweep(state, config, one))
      .flatMap((input) => (input.k === 'sweep' ? input.paths : []));
  };

  it('is swept agent by agent, once in fifty turns, with what lies beside it', () => {
    expect(swept(emptyState(), 41, 39)).toEqual([
      'agents/a/outbox/000001-01-1-file.png',
      'agents/a/outbox/000001-01-b-old.md',
    ]);
  });

  it('that cannot be moved, because a file is in the place of the archive, is told also when its turn passed', () => {
    const { disk, folder, config } = world({ ...PLAN, org: { limits: { live_turns: 10 } } });
    disk.put('agents/a/outbox/archive', 'a file');
    const told = (turn: number, passed: number) =>
      folder.outboxes.sweep(emptyState(), config, turn, passed).map(({ k }) => k);
    const due = Array.from({ length: 50 }, (_, i) => 51 + i).find((turn) => told(turn, 0).length > 0) as number;
    expect(told(due + 1, 0)).toEqual([]);
    expect(told(due + 1, 1)).toEqual(['aside']);
  });

  it('stays while somebody waits for it, while it is a dead letter, and while it is young', () => {
    const path = 'agents/a/outbox/000001-01-b-old.md';
    expect(swept(stateOf({ k: 'sent', message: { ...letter({ from: 'a', to: ['b'] }), path } }), 41, 39)).toEqual([]);
    expect(swept(stateOf(dead({ id: '000001-a-01', message: '000001-a-01', path })), 41, 39)).toEqual([]);
    expect(swept(emptyState(), 1, 200)).toEqual([]);
  });
});

describe('a dead letter that is to be delivered again', () => {
  const revive = (text: string | null) => {
    const { disk, folder } = world();
    const message = letter({ hops: 9, expires: 3 });
    if (text !== null) disk.put(message.path, text || printMessage(message));
    return folder.outboxes.revivals(
      stateOf(sent(message), dead(), asked({ ask: 'retry', by: 'human', id: message.id })),
      5,
      LIMIT,
    );
  };

  it('is read from its file, and begins anew', () => {
    const [found] = revive('');
    expect(found).toMatchObject({
      k: 'revived',
      turn: 5,
      id: '000001-human-01',
      to: ['a'],
      message: { hops: 0, body: 'Hi.' },
    });
    expect(found?.k === 'revived' && found.message.expires).toBeUndefined();
  });

  it.each([
    ['not there', null],
    ['no message', 'nothing'],
    ['binary', '\0'],
  ])('is lost when its file is %s', (_what, text) => {
    expect(revive(text)).toEqual([{ k: 'lost', id: '000001-human-01', path: letter().path }]);
  });

  it('is lost when the journal has forgotten it', () => {
    const { folder } = world();
    const state = emptyState();
    state.dead.revive.set('x', ['a']);
    expect(folder.outboxes.revivals(state, 5, LIMIT)).toEqual([{ k: 'lost', id: 'x', path: '' }]);
  });
});

it('what is set aside is numbered in its turn', () => {
  const { id: _id, turn: _turn, ...bad } = ASIDE;
  const found: InputEntry[] = [
    { ...bad, id: '', turn: 0 },
    { k: 'file', path: 'x', text: '' },
    { ...bad, id: '', turn: 0 },
  ];
  expect(numberAsides(found, 42, 3).map((input) => (input.k === 'aside' ? [input.turn, input.id] : input.k))).toEqual([
    [42, 'aside-000042-3'],
    'file',
    [42, 'aside-000042-4'],
  ]);
});
