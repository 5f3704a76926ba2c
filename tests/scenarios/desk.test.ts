import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { withEngine } from '../../src/app/run-engine.ts';
import { realDisk } from '../../src/disk/fs/real.ts';
import { journalLines } from '../../src/engine/journal/history.ts';
import { realMachine } from '../../src/engine/machine.ts';
import { lemming, office, put, textOf, turns, untilIdle } from '../commands/people/world.ts';

const ids = (messages: { id: string }[]) => messages.map(({ id }) => id);
const json = async (root: string, ...words: string[]) => (await lemming(root, [...words, '--json'])).data;
const ANSWER = '000001-manager-01';

/** The manager has answered a message of mine. */
async function answered(): Promise<string> {
  const root = office();
  await lemming(root, ['send', 'manager', 'Hello there']);
  await turns(root, 1);
  return root;
}

describe('the desk, as a user lives it', () => {
  it('scenario 6: status shows my message delivered, then read; my outbox shows it answered', async () => {
    const root = office();
    await lemming(root, ['send', 'manager', 'plan']);
    expect((await json(root, 'status')).waiting).toMatchObject([{ id: '000001-human-01', to: ['manager'] }]);
    expect((await lemming(root, ['status'])).out).toContain('000001-human-01 waits for manager: plan');
    await turns(root, 1);
    const status = await json(root, 'status');
    expect(status.waiting).toEqual([]);
    expect(status.unanswered).toEqual([{ id: '000001-human-01', by: ['manager'], subject: 'plan' }]);
    expect((await lemming(root, ['status'])).out).toContain('000001-human-01 was read by manager, no reply yet: plan');
    expect((await lemming(root, ['outbox', 'human'])).out).toContain('read by manager');
    await untilIdle(root);
    expect((await json(root, 'status')).unanswered).toEqual([]);
    expect((await json(root, 'outbox', 'human')).messages).toMatchObject([
      { id: '000001-human-01', waiting: [], read_by: [], answered_by: ['manager'] },
    ]);
    const given = [...journalLines(realDisk(root))].flatMap((line) =>
      line.k === 'visit' && line.agent === 'manager' ? line.mail : [],
    );
    expect(given.filter((id) => id === '000001-human-01')).toHaveLength(1);
  });

  it.each(['read', 'show'])('scenario 7: %s marks a message as read for me, and for nobody else', async (verb) => {
    const root = await answered();
    expect((await json(root, 'inbox')).messages).toMatchObject([
      { id: ANSWER, read: false, thread: '000001-human-01' },
    ]);
    expect((await json(root, 'status')).needs).toMatchObject({ count: 1, mail: 1 });
    expect((await lemming(root, [verb, ANSWER])).out).toContain('Heard: Hello there');
    expect((await json(root, 'inbox')).messages).toMatchObject([{ id: ANSWER, read: true }]);
    expect((await json(root, 'status')).needs.count).toBe(0);
    await lemming(root, ['send', 'planner', 'Hi']);
    expect((await lemming(root, [verb, '000002-human-01'])).exit).toBe(6); // not taken yet
    await lemming(root, ['pause', 'planner']);
    await turns(root, 1);
    await lemming(root, [verb, '000002-human-01']);
    await lemming(root, ['resume', 'planner']);
    await turns(root, 1);
    expect((await json(root, 'history', 'planner')).messages).toMatchObject([
      { id: '000002-human-01', waiting: [] },
      { from: 'planner', to: ['human'] },
    ]);
  });

  it('scenarios 7 and 14: a message that I put away leaves the inbox and the outbox, and is still found', async () => {
    const root = await answered();
    expect((await lemming(root, ['archive', ANSWER])).out).toContain('1 message archived');
    const inbox = async (...more: string[]) => ids((await json(root, 'inbox', ...more)).messages);
    expect(await inbox()).toEqual([]);
    expect(await inbox('--all')).toEqual([ANSWER]);
    await turns(root, 1);
    expect(readdirSync(join(root, 'agents/manager/outbox'))).toEqual(['archive']);
    expect(await inbox()).toEqual([]);
    for (const words of [
      ['inbox', '--all'],
      ['search', 'hello'],
      ['history', 'human'],
    ])
      expect(ids((await json(root, words[0] as string, ...words.slice(1))).messages)).toContain(ANSWER);
    expect((await json(root, 'read', ANSWER)).body).toContain('Heard');
    expect((await json(root, 'replay')).identical).toBe(true);
  });

  it('scenario 14: what others wait for stays where it is until they have it, though I put it away', async () => {
    const root = office({
      rules: [
        {
          when: { agent: 'manager' },
          reply: { acts: [{ tool: 'send_message', input: { to: ['human', 'planner'], body: 'To both.' } }] },
        },
        { when: {}, reply: { text: '' } },
      ],
    });
    await lemming(root, ['pause', 'planner']);
    await lemming(root, ['send', 'manager', 'Tell both']);
    await turns(root, 1);
    await lemming(root, ['archive', ANSWER]);
    await turns(root, 2);
    expect((await json(root, 'inbox')).messages).toEqual([]);
    expect(readdirSync(join(root, 'agents/manager/outbox'))).toHaveLength(1);
    await lemming(root, ['resume', 'planner']);
    await turns(root, 2);
    expect(readdirSync(join(root, 'agents/manager/outbox'))).toEqual(['archive']);
    const given = [...journalLines(realDisk(root))].flatMap((line) =>
      line.k === 'visit' && line.agent === 'planner' ? line.mail : [],
    );
    expect(given).toEqual([ANSWER]);
  });

  it('puts away only mail to me, while an engine runs as well', async () => {
    const root = await answered();
    expect((await lemming(root, ['archive', '000001-human-01'])).exit).toBe(4);
    expect((await lemming(root, ['archive', '000009-manager-01'])).exit).toBe(6);
    expect((await lemming(root, ['archive', ANSWER, '--older-than', '3'])).exit).toBe(2);
    await withEngine({ machine: realMachine, root, env: {} }, 'test', async (engine) => {
      expect(await json(root, 'archive', ANSWER, ANSWER)).toEqual({ put_away: [ANSWER], taken: 'waits' });
      expect((await json(root, 'inbox')).messages).toEqual([]);
      await engine.turn();
    });
    expect(readdirSync(join(root, 'agents/manager/outbox'))).toEqual(['archive']);
  });

  it('scenario 14: a search is narrowed by author, reader, kind, priority and turn', async () => {
    const root = await answered();
    await lemming(root, ['send', 'manager', 'Hello again', '--priority', 'high']);
    await turns(root, 1);
    const found = async (...more: string[]) => ids((await json(root, 'search', 'hello', ...more)).messages);
    expect(await found()).toHaveLength(4);
    expect(await found('--priority', 'high')).toEqual(['000002-human-01']);
    expect(await found('--from', 'manager', '--to', 'human', '--kind', 'response', '--since-turn', '2')).toEqual([
      '000002-manager-01',
    ]);
    expect((await lemming(root, ['search', 'hello', '--priority', 'loud'])).exit).toBe(2);
  });
});

const ASKS = {
  org: { policies: [{ act: 'send_message to:planner', do: { ask: ['anna'] } }] },
  files: { 'org/contacts/anna.md': '---\nname: Anna\nseat: human\nchannel: mail\npreferences: [short]\n---\nNotes.\n' },
};
const ID = 'A-1-manager-1';
const FILE = `org/approvals/${ID}.md`;

async function held(): Promise<string> {
  const root = office(ASKS);
  await lemming(root, ['send', 'manager', 'plan']);
  await turns(root, 1);
  return root;
}

const toPlanner = async (root: string) =>
  (await json(root, 'outbox', 'manager')).messages.filter(({ to }: { to: string[] }) => to[0] === 'planner');

describe('scenario 50: approvals, as a user lives them', () => {
  it('I see what it is about, what it costs and how many things need me, everywhere', async () => {
    const root = await held();
    const { approvals, needs } = await json(root, 'approvals');
    expect(approvals).toMatchObject([
      {
        id: ID,
        contacts: ['human'],
        cause: [{ id: '000001-human-01' }],
        thread: '000001-human-01',
        thread_spent: 0.01,
      },
    ]);
    expect(needs).toMatchObject({ count: 1, approvals: 1 });
    const { out } = await lemming(root, ['approvals']);
    for (const words of [
      '1 action waits for you',
      'after 000001-human-01 from human: plan',
      'has cost 0.01 credits',
      '  body: What is the plan?\n',
    ])
      expect(out).toContain(words);
    for (const verb of ['status', 'inbox']) {
      expect((await lemming(root, [verb])).out).toContain('Needs you: 1 action to approve or deny');
      expect((await json(root, verb)).needs).toMatchObject({ count: 1, approvals: 1 });
    }
    expect((await json(root, 'run', '--turns', '1')).needs).toMatchObject({ count: 1, approvals: 1 });
  });

  it('my answer in the file is seen at once, and done by the next run, which it makes due', async () => {
    const root = await held();
    expect((await json(root, 'run', '--until-idle')).turns).toBe(0);
    put(root, FILE, textOf(root, FILE).replace('decision: null', 'decision: approve'));
    expect((await lemming(root, ['approvals'])).out).toContain('approved by human, takes effect in the next turn');
    expect((await json(root, 'status')).needs.approvals).toBe(0);
    expect((await json(root, 'run', '--until-idle')).turns).toBeGreaterThan(0);
    expect(await toPlanner(root)).toHaveLength(1);
    expect((await lemming(root, ['show', ID])).out).toContain('Approved by human.');
    expect((await json(root, 'approvals', '--answered')).answered).toEqual([
      {
        id: ID,
        path: `org/approvals/answered/${ID}.md`,
        agent: 'manager',
        tool: 'send_message',
        held_in: 1,
        answer: 'approved',
        by: 'human',
        turn: 2,
        note: '',
        outcome: 'Sent as 000002-manager-01.',
      },
    ]);
    expect((await json(root, 'replay')).identical).toBe(true);
    expect((await json(root, 'replay', '--recompute')).identical).toBe(true);
    const late = await lemming(root, ['deny', ID]);
    expect([late.exit, late.err]).toEqual([6, expect.stringContaining('already been answered')]);
  });

  it('a mistake in the file is shown with its line before anything runs', async () => {
    const root = await held();
    put(root, FILE, textOf(root, FILE).replace('decision: null', 'decison: approve'));
    const { data } = await lemming(root, ['approvals', '--json']);
    expect(data.faults).toMatchObject([{ code: 'unknown-key', file: FILE, line: 8, nearest: 'decision' }]);
    expect((await lemming(root, ['approvals'])).out).toContain(`${FILE}:8`);
  });

  it('an answer while an engine runs is taken by its next turn, and a change of mind before that counts', async () => {
    const root = await held();
    await withEngine({ machine: realMachine, root, env: {} }, 'test', async (engine) => {
      expect((await json(root, 'deny', ID)).taken).toBe('waits');
      expect((await lemming(root, ['approve', ID, '--note', 'fine'])).exit).toBe(0);
      await engine.turn();
      await engine.turn();
    });
    expect(await toPlanner(root)).toHaveLength(1);
    expect(textOf(root, `org/approvals/answered/${ID}.md`)).toContain('note: fine');
  });

  it('what is no longer permitted when I approve is refused, and the record says so', async () => {
    const root = await held();
    const chart = textOf(root, 'org/chart.yaml');
    put(root, 'org/chart.yaml', chart.replace(/( {2}manager:\n {4}send_to:\n) {6}- planner\n/, '$1'));
    expect(textOf(root, 'org/chart.yaml')).not.toBe(chart);
    await lemming(root, ['approve', ID]);
    await turns(root, 1);
    expect(await toPlanner(root)).toEqual([]);
    expect(textOf(root, `org/approvals/answered/${ID}.md`)).toContain('Refused (edge)');
  });
});

describe('contacts', () => {
  it('stand in each prompt whose mail or conversation is about them, in every later session, until they change', async () => {
    const root = office(ASKS);
    const prompt = async (turn: number) => (await lemming(root, ['show', `${turn}.manager`])).out;
    for (const turn of [1, 2]) {
      await lemming(root, ['send', 'manager', 'Hello']);
      await turns(root, 1);
      expect(await prompt(turn)).toMatch(/Anna.*mail.*Likes: short/);
      expect(await prompt(turn)).not.toContain('Notes.');
    }
    put(root, 'org/contacts/anna.md', '---\nseat: human\npreferences: [long letters]\n---\n');
    await lemming(root, ['send', 'manager', 'Hello']);
    await turns(root, 1);
    expect(await prompt(3)).toContain('long letters');
  });

  it('have a history with the organisation, by their own name', async () => {
    const root = office({ files: { ...ASKS.files, 'org/contacts/cafe.md': '---\nname: The café\n---\n' } });
    await lemming(root, ['send', 'manager', 'Hello']);
    await turns(root, 1);
    expect(ids((await json(root, 'history', 'anna')).messages)).toEqual(['000001-human-01', ANSWER]);
    expect(ids((await json(root, 'history', 'human')).messages)).toEqual(['000001-human-01', ANSWER]);
    const outside = await lemming(root, ['history', 'cafe']);
    expect([outside.exit, outside.err]).toEqual([6, expect.stringContaining('org/contacts/cafe.md')]);
  });
});
