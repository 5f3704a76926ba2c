import { describe, expect, it } from 'vitest';
import { writtenIn } from '../world.ts';
import { exists, lemming, office, put, textOf, turns, untilIdle } from './world.ts';

describe('send', () => {
  it('scenario 6: is read exactly once, in the next turn, and shown as waiting, then as read', async () => {
    const root = office();
    const { exit, out } = await lemming(root, ['send', 'manager', 'Hello there']);
    expect(exit).toBe(0);
    const path = out.trim();
    expect(textOf(root, path)).toContain('Hello there');

    const before = (await lemming(root, ['status', '--json'])).data;
    expect(before.agents.find((a: { name: string }) => a.name === 'manager')).toMatchObject({
      unread: 1,
      next_turn: 1,
    });
    expect(before.waiting).toMatchObject([{ id: '000001-human-01', to: ['manager'] }]);
    expect((await lemming(root, ['outbox', 'human', '--json'])).data.messages).toMatchObject([
      { read: false, waiting: ['manager'] },
    ]);

    const [first, second] = await turns(root, 2);
    expect(first?.visits).toMatchObject([{ agent: 'manager', outcome: 'ok', sent: 1 }]);
    expect(second?.visits).toEqual([]);
    const after = (await lemming(root, ['status', '--json'])).data;
    expect(after).toMatchObject({ turn: 2, waiting: [], unread: { messages: 1 } });
    expect((await lemming(root, ['outbox', 'human', '--json'])).data.messages).toMatchObject([
      { id: '000001-human-01', read: true, waiting: [] },
    ]);
    expect(exists(root, path)).toBe(false);
  });

  it('refuses without an edge, naming the rule and both ends, and leaves nothing', async () => {
    const root = office();
    const before = writtenIn(root);
    const { exit, err } = await lemming(root, ['send', 'coder', 'Build it']);
    expect(exit).toBe(4);
    expect(err).toContain('rule: edge');
    expect(err).toContain('coder to send_to of human, and human to read_from of coder');
    expect(writtenIn(root)).toEqual(before);
  });

  it.each([
    [['send', 'manger', 'x'], 6, 'Did you mean "manager"'],
    [['send', '@nobody', 'x'], 6, 'no unit'],
    [['send', '../manager', 'x'], 6, 'no agent'],
    [['send', 'manager', ' '], 2, 'no text'],
    [['send', 'human', 'x'], 4, 'You cannot write to yourself.'],
    [['send', 'manager', 'x', '--priority', 'extreme'], 2, 'priority'],
    [['send', 'manager', 'x', '--attach', 'nowhere.txt'], 6, 'nowhere.txt'],
  ])('%j ends with %d', async (words, exit, text) => {
    const said = await lemming(office(), words);
    expect([said.exit, said.err]).toEqual([exit, expect.stringContaining(text)]);
  });

  it('takes the text from standard input, and every option into the message', async () => {
    const root = office();
    const options = [
      '--subject',
      'On: a "quoted" thing',
      '--priority',
      'high',
      '--kind',
      'request',
      '--thread',
      '000001-human-07',
      '--reply-to',
      '000001-hr-01',
      '--task',
      'T-1-hr-1',
    ];
    expect((await lemming(root, ['send', 'manager', '-', ...options], { stdin: 'first\nsecond\n' })).exit).toBe(0);
    await turns(root, 1);
    expect((await lemming(root, ['show', '000001-human-01', '--json'])).data).toMatchObject({
      subject: 'On: a "quoted" thing',
      priority: 'high',
      kind: 'request',
      thread: '000001-human-07',
      reply_to: '000001-hr-01',
      task: 'T-1-hr-1',
      body: 'first\nsecond',
    });
  });

  it('lays a file into the folder of the message, a markdown file too, and read prints its path', async () => {
    const root = office();
    put(root, 'notes.md', '# Notes\n');
    await lemming(root, ['send', 'manager', 'see file', '--attach', 'notes.md']);
    expect((await lemming(root, ['status', '--json'])).data.dead_letters).toBe(0);
    await turns(root, 1);
    const { data } = await lemming(root, ['show', '000001-human-01', '--json']);
    const path = 'agents/human/outbox/000001-01.files/notes.md';
    expect([data.attachments, data.files]).toEqual([['notes.md'], [path]]);
    expect(textOf(root, path)).toBe('# Notes\n');
    expect((await lemming(root, ['read', '000001-human-01'])).out).toContain(path);
    await lemming(root, ['archive']);
    const archived = 'agents/human/outbox/archive/0000/000001-01.files/notes.md';
    expect((await lemming(root, ['read', '000001-human-01'])).out).toContain(archived);
    expect(textOf(root, archived)).toBe('# Notes\n');
    expect((await lemming(root, ['status', '--json'])).data.dead_letters).toBe(0);
  });

  it('lays several files beside the message, though they have one name', async () => {
    const root = office();
    for (const folder of ['one', 'two']) put(root, `${folder}/plan.txt`, folder);
    await lemming(root, ['send', 'manager', 'see files', '--attach', 'one/plan.txt', '--attach', 'two/plan.txt']);
    await turns(root, 1);
    const { data } = await lemming(root, ['show', '000001-human-01', '--json']);
    expect(data.attachments).toEqual(['plan.txt', 'plan-2.txt']);
    const texts = data.files.map((path: string) => textOf(root, path));
    expect(texts).toEqual(['one', 'two']);
  });

  it('scenario 12: one message to a unit reaches each member the chart allows, in one conversation', async () => {
    const root = office({
      files: { 'org/units/staff.md': '---\nname: Staff\nmembers: [manager, planner, coder]\n---\nAll.\n' },
    });
    const { data } = await lemming(root, ['send', '@staff', 'Good morning', '--json']);
    expect(data.to).toEqual(['manager', 'planner']);
    const [first] = await turns(root, 1);
    expect(first?.visits.map((visit) => visit.agent)).toEqual(['manager', 'planner']);
    const { messages } = (await lemming(root, ['inbox', '--json'])).data;
    expect(messages.map((m: { from: string; thread: string }) => [m.from, m.thread])).toEqual([
      ['manager', '000001-human-01'],
      ['planner', '000001-human-01'],
    ]);
  });

  it('scenario 11: urgent mail is read before the rest', async () => {
    const root = office({ org: { limits: { inbox_tokens: 200 } } });
    for (const [text, priority] of [
      ['slow', 'low'],
      ['usual', 'normal'],
      ['now', 'urgent'],
    ] as const)
      await lemming(root, ['send', 'hr', `${text} ${'x'.repeat(700)}`, '--subject', text, '--priority', priority]);
    await untilIdle(root);
    const read = [];
    for (const turn of [1, 2, 3]) read.push((await lemming(root, ['show', `${turn}.hr`, '--json'])).data.visit.mail);
    const subjects = await Promise.all(
      read.flat().map(async (id) => (await lemming(root, ['show', id, '--json'])).data.subject),
    );
    expect(subjects).toEqual(['now', 'usual', 'slow']);
  });

  it('says when its reader is paused', async () => {
    const root = office();
    await lemming(root, ['pause', 'manager']);
    expect((await lemming(root, ['send', 'manager', 'x'])).err).toContain('lemming resume manager');
  });
});
