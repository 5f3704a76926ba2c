import { describe, expect, it } from 'vitest';
import { findMail, findMessage, mailFiles, messageAt, readMail, receivedBy } from '../../src/app/look/mail-index.ts';
import { agentState } from '../../src/core/model/state/staff.ts';
import { unchanged } from '../../src/core/text/mask.ts';
import { removeTree } from '../../src/disk/fs/tree.ts';
import { readJournal } from '../../src/disk/journal/journal.ts';
import { load } from '../../src/engine/journal/load.ts';
import { compareFolder } from '../../src/engine/replay/compare.ts';
import { JournalFiles } from '../../src/engine/replay/journal-files.ts';
import { Recompute } from '../../src/engine/replay/recompute.ts';
import { TOOLS } from '../../src/tools/all.ts';
import { keptIn } from '../kept.ts';
import { CALL, Org, PRICED, say } from '../regression/org.ts';

/** A person deletes the folder of an agent while the chart names it. */

const HOME = /^agents\/b\//;

/** `a` writes to `b` whenever it is asked to, and `b` answers. */
async function office(): Promise<Org> {
  const org = new Org(
    {
      edges: { human: ['a', 'b'], a: ['b', 'human'], b: ['a', 'human'] },
      models: PRICED,
      credits: { agents: { a: { grant: 10 }, b: { grant: 10 } } },
      files: { 'agents/b/memory/k.md': '---\nkey: k\n---\nWhat b knows.\n' },
    },
    ({ agent, mail }) => (agent === 'a' && mail.some(({ from }) => from === 'human') ? [say('b', 'Your turn.')] : []),
  );
  org.drop('b', 'Begin.');
  await org.turns(1);
  return org;
}

function take(org: Org, pattern = HOME): Map<string, string> {
  const files = org.disk.files((path) => pattern.test(path));
  for (const path of files.keys()) org.disk.remove(path);
  const homes = (org.disk.list('agents') ?? []).filter((name) => pattern.test(`agents/${name}/`));
  for (const name of homes) removeTree(org.disk, `agents/${name}`);
  if (homes.length > 2) org.disk.rmdir('agents');
  return files;
}

function give(org: Org, files: ReadonlyMap<string, string>): void {
  for (const [path, text] of files) org.disk.put(path, text);
}

const told = (org: Org, name: string) =>
  org.look(({ state }) => agentState(state.staff, name).notices.map(({ text }) => text));
const spent = (org: Org) => org.look(({ state }) => agentState(state.staff, 'b').spent);

async function recomputed(org: Org): Promise<unknown> {
  const { host, provider } = org.ports();
  const recompute = new Recompute(TOOLS, { host, provider });
  for (const group of readJournal(org.disk, [])) await recompute.take(group);
  return recompute.divergence;
}

/** Turns with more than a second between them. */
async function slowTurns(org: Org, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    org.clock.advance(1500);
    await org.turns(1);
  }
}

/** The folder of `b` goes away while `b` writes to `a` and remembers something. */
async function lostInVisit(): Promise<{ org: Org; files: Map<string, string> }> {
  let files = new Map<string, string>();
  const org: Org = new Org({ edges: { human: ['b'], b: ['a'], a: [] }, files: KNOWING }, ({ agent, n, turn }) => {
    if (agent !== 'b' || n > 1 || turn > 1) return [];
    files = take(org);
    return [say('a', 'For a.'), { tool: 'remember', input: { key: 'k', text: 'and more', mode: 'append' } }];
  });
  org.drop('b', 'Begin.');
  await org.turns(1);
  return { org, files };
}
const KNOWING = {
  'agents/b/memory/k.md': '---\nkey: k\n---\nx\n',
  'agents/b/resume.md': '---\nrole: b\ntools: [remember]\n---\nYou are b.\n',
};

/** The mail of `b` as each way of reading finds it; all must find the same. */
async function found(org: Org): Promise<string[]> {
  const { state } = load(org.disk);
  const room = { disk: org.disk, state, kept: keptIn(org.disk) };
  const listed = [...readMail(org.disk, mailFiles(room, { authors: ['b'] }))].map(({ id }) => id);
  const sought = (await findMail(room, '', {}, 'for a.', async () => null)).map(({ id }) => id);
  const received = [...receivedBy(state, 'a')].flatMap((one) => messageAt(room, one, false)?.id ?? []);
  expect(sought).toEqual(listed);
  expect(received).toEqual(listed);
  expect(findMessage(room, '000001-b-01')?.body).toBe('For a.');
  return listed;
}

function differences(org: Org): unknown[] {
  const refold = new JournalFiles();
  for (const group of readJournal(org.disk, [])) refold.take(group);
  return compareFolder(org.disk, refold, {}, unchanged);
}

describe('the folder of an agent is gone', () => {
  it('for two freezes and a second: it is out, its mail is dead, authors are told, other edits count', async () => {
    const org = await office();
    org.drop('a', 'Write to b.');
    await org.turns(1);
    take(org);
    org.disk.put('agents/a/resume.md', '---\nrole: another role\n---\nYou are a.\n');
    await slowTurns(org, 1);
    expect(org.lines('absent')).toMatchObject([{ agent: 'b' }]);
    expect(await org.look(({ config }) => config.agents.get('a')?.role)).toBe('another role');
    expect(org.lines('dead')).toEqual([]);
    await slowTurns(org, 2);
    expect(org.lines('absent').slice(1)).toMatchObject([{ agent: 'b', out: true }]);
    expect(org.lines('dead').map(({ record }) => [record.from, record.to, record.reason])).toEqual([
      ['a', ['b'], 'no-agent'],
    ]);
    expect(await told(org, 'a')).toEqual([
      'b is away, because agents/b is missing. Your message 000002-a-01 waits and reaches b when it is back. Do not send it again.',
    ]);
    expect(await told(org, 'human')).toEqual([
      'b is away, because agents/b is missing. New mail waits for it. Restore the folder, or remove the agent from org/chart.yaml.',
    ]);
    expect(org.visits('b')).toHaveLength(1);
    expect(await spent(org)).toBe(CALL);
    expect(org.paths(HOME)).toEqual([]);
    expect(org.disk.stat('agents/b')).toBeNull();
    expect(await recomputed(org)).toBeNull();
  });

  it('and back: its mail is delivered, with all that it remembers', async () => {
    const org = await office();
    org.drop('a', 'Write to b.');
    await org.turns(1);
    const files = take(org);
    await slowTurns(org, 3);
    expect(org.lines('dead')).toHaveLength(1);
    give(org, files);
    await slowTurns(org, 2);
    expect(await told(org, 'human')).toEqual(['b is back and continues.']);
    expect(await told(org, 'a')).toEqual(['b is back and continues. It has your message 000002-a-01.']);
    expect(org.lines('back')).toMatchObject([{ agent: 'b' }]);
    expect(org.lines('revived')).toHaveLength(1);
    expect(org.delivered('b')).toHaveLength(2);
    expect(
      await org.look(({ state }) => [
        state.dead.letters.size,
        state.staff.absent.size,
        [...(state.memory.entries.get('b') ?? [])],
      ]),
    ).toEqual([0, 0, ['agents/b/memory/k.md']]);
    expect(await recomputed(org)).toBeNull();
  });

  it('for a moment only, as while version control writes it anew: nothing comes of it', async () => {
    const org = await office();
    org.drop('a', 'Write to b.');
    await org.turns(1);
    const files = take(org);
    await org.turns(2);
    give(org, files);
    await org.turns(1);
    expect(org.lines('dead')).toEqual([]);
    expect(org.delivered('b')).toHaveLength(2);
    expect(org.lines('file').filter(({ text }) => text === null)).toEqual([]);
  });

  it('what it sent and nobody has read yet is not withdrawn', async () => {
    const org = new Org({ edges: { human: ['b'], b: ['a'], a: [] } }, ({ agent }) =>
      agent === 'b' ? [say('a', 'For a.')] : [],
    );
    org.drop('b', 'Begin.');
    await org.turns(1);
    take(org);
    await slowTurns(org, 3);
    expect(org.lines('mail-gone')).toEqual([]);
    expect(org.delivered('a')).toEqual(['000001-b-01']);
  });

  it('while its visit is under way: the folder is not made again', async () => {
    const org: Org = new Org({ edges: { human: ['b'], b: ['a'], a: [] } }, ({ agent, n }) => {
      if (agent !== 'b') return [];
      if (n === 1) take(org);
      return n > 1 ? [] : [say('a', 'For a.'), { tool: 'remember', input: { key: 'k', text: 'x' } }];
    });
    org.drop('b', 'Begin.');
    await org.turns(1);
    await slowTurns(org, 3);
    expect(org.paths(HOME)).toEqual([]);
    expect(org.delivered('a')).toEqual(['000001-b-01']);
    expect(await org.look(({ state }) => state.staff.absent.get('b')?.out)).toBe(true);
  });

  it('while its visit is under way: what it wrote is there as soon as the folder is, and can be read before', async () => {
    for (const back of ['at the next freeze', 'later', 'after it was no agent'] as const) {
      const { org, files } = await lostInVisit();
      expect(org.lines('deferred'), back).toMatchObject([{ turn: 1, agent: 'b' }]);
      expect(await found(org), back).toEqual(['000001-b-01']);
      if (back !== 'at the next freeze') await slowTurns(org, back === 'later' ? 1 : 3);
      expect(org.paths(HOME), back).toEqual([]);
      expect(await found(org), back).toEqual(['000001-b-01']);
      give(org, files);
      expect(await org.look((engine) => engine.idle()), back).toBe('busy');
      await slowTurns(org, 2);
      expect(
        org.messages('b').map(({ id }) => id),
        back,
      ).toEqual(['000001-b-01']);
      expect(org.read('agents/b/memory/k.md'), back).toContain('and more');
      expect(
        await org.look(({ state }) => [state.staff.deferred.size, state.staff.absent.size, state.dead.letters.size]),
        back,
      ).toEqual([0, 0, 0]);
      expect(await found(org), back).toEqual(['000001-b-01']);
      expect(org.delivered('a'), back).toEqual(['000001-b-01']);
      expect(differences(org), back).toEqual([]);
      expect(await recomputed(org), back).toBeNull();
    }
  });

  it('while its visit is under way, and the engine is killed at any operation of catching up: the same', async () => {
    for (let at = 1; ; at++) {
      const { org, files } = await lostInVisit();
      give(org, files);
      org.restart();
      const died = await org.dies(at, () => org.turns(1), 'crash-after');
      await slowTurns(org, 2);
      expect(
        org.messages('b').map(({ id }) => id),
        `at ${at}`,
      ).toEqual(['000001-b-01']);
      expect(org.read('agents/b/memory/k.md'), `at ${at}`).toContain('and more');
      expect(org.paths(/conflict|[.]lemming-/), `at ${at}`).toEqual([]);
      if (!died) break;
    }
  });

  it('while its visit is under way, and it comes back without room for its mail: that waits, and can be read', async () => {
    const { org, files } = await lostInVisit();
    org.disk.put('agents/b/outbox', 'no folder');
    give(org, files);
    await slowTurns(org, 3);
    expect(await found(org)).toEqual(['000001-b-01']);
    expect(org.lines('mail-gone')).toEqual([]);
    org.disk.remove('agents/b/outbox');
    await slowTurns(org, 2);
    expect(org.messages('b').map(({ id }) => id)).toEqual(['000001-b-01']);
  });

  it('a message that no file could be made of is found where it is kept', async () => {
    const org: Org = new Org({ edges: { human: ['b'], b: ['a'], a: [] } }, ({ agent, n }) => {
      if (agent !== 'b' || n > 1) return [];
      org.disk.put('agents/b/outbox', 'no folder');
      return [say('a', 'For a.')];
    });
    org.drop('b', 'Begin.');
    await org.turns(1);
    expect(org.lines('unplaced')).toHaveLength(1);
    expect(await found(org)).toEqual(['000001-b-01']);
  });

  it('of a person, while a turn is under way: what was taken in is not taken twice', async () => {
    const org: Org = new Org({ edges: { human: ['b'], b: ['human'] } }, () => {
      taken ??= take(org, /^agents\/human\//);
      return undefined;
    });
    let taken: Map<string, string> | undefined;
    org.drop('b', 'Once.');
    org.disk.put('agents/human/requests/1.yaml', 'ask: top-up\nagent: b\namount: 5\nby: human\n');
    await org.turns(1);
    expect(await org.look(({ state }) => agentState(state.staff, 'b').granted)).toBe(5);
    give(org, taken as Map<string, string>);
    await slowTurns(org, 2);
    expect(org.delivered('b')).toEqual(['000001-human-01']);
    expect(org.messages('human')).toHaveLength(1);
    expect(await org.look(({ state }) => agentState(state.staff, 'b').granted)).toBe(5);
    expect(org.paths(/^agents\/human\/(requests|outbox)\//)).toEqual([
      expect.stringMatching(/outbox\/000001-01-b-once[.]md$/),
    ]);
  });

  it('of an author, too: it is told when both are back, once for all its mail', async () => {
    const org = await office();
    org.drop('a', 'Write to b.');
    org.drop('b', 'And from me.');
    await org.turns(1);
    org.drop('a', 'Write to b again.');
    org.drop('b', 'And again.');
    await org.turns(1, { only: 'a' });
    const both = take(org, /^agents\/(a|b)\//);
    await slowTurns(org, 3);
    expect(await told(org, 'a')).toEqual([]);
    expect(await told(org, 'human')).toContainEqual(
      'b is away, because agents/b is missing. Your message 000003-human-02 waits and reaches b when it is back. Do not send it again.',
    );
    give(org, both);
    await slowTurns(org, 2);
    const has = (ids: string) => `b is back and continues. It has your ${ids}.`;
    expect(await told(org, 'human')).toEqual(['a is back and continues.', has('message 000003-human-02')]);
    expect(await told(org, 'a')).toEqual([has('messages 000002-a-01, 000003-a-01')]);
  });

  it('and what is written to it meanwhile: one notice names all', async () => {
    const org = await office();
    org.drop('a', 'Write to b.');
    await org.turns(1);
    org.drop('a', 'Write to b again.');
    await org.turns(1, { only: 'a' });
    take(org);
    await slowTurns(org, 3);
    expect((await told(org, 'a')).map((text) => text.slice(0, 95))).toEqual([
      expect.stringMatching(
        /^b is away, because agents\/b is missing\. Your messages 000002-a-01, 000003-a-01 wait and reach/,
      ),
    ]);
  });

  it('of an author, too, when the reader is back before it: the mail waits for its file and is delivered', async () => {
    const org = await office();
    org.drop('a', 'Write to b.');
    await org.turns(1);
    const reader = take(org);
    await slowTurns(org, 3);
    expect(org.lines('dead')).toHaveLength(1);
    const author = take(org, /^agents\/a\//);
    await slowTurns(org, 1);
    give(org, reader);
    await slowTurns(org, 2);
    expect(org.lines('lost')).toEqual([]);
    expect(await org.look((engine) => engine.idle())).toBe('idle');
    expect(await org.with((engine) => engine.hasWork())).toBe(false);
    give(org, author);
    await slowTurns(org, 2);
    expect(org.delivered('b')).toHaveLength(2);
  });

  it('of the person, of all agents, and agents/ itself: no command stops, and all are back', async () => {
    for (const pattern of [/^agents\/human\//, /^agents\/(a|b)\//, /^agents\//]) {
      const org = await office();
      const files = take(org, pattern);
      await slowTurns(org, 3);
      give(org, files);
      await slowTurns(org, 2);
      expect(await org.look(({ config }) => [...config.agents.keys()].sort())).toEqual(['a', 'b', 'human']);
      org.drop('b', 'Go on.');
      await slowTurns(org, 1);
      expect(org.delivered('b')).toHaveLength(2);
      expect(await recomputed(org)).toBeNull();
    }
  });

  it('with a kill at every operation of the turn that finds it out: the same comes of it', async () => {
    for (let at = 1; ; at += 3) {
      const org = await office();
      org.drop('a', 'Write to b.');
      await org.turns(1);
      take(org);
      await slowTurns(org, 1);
      org.clock.advance(1500);
      org.restart();
      const died = await org.dies(at, () => org.turns(1), 'crash-after');
      await slowTurns(org, 2);
      expect(org.lines('dead'), `at ${at}`).toHaveLength(1);
      expect(org.paths(HOME), `at ${at}`).toEqual([]);
      if (!died) break;
    }
  });
});
