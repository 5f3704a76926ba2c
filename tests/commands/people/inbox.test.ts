import { describe, expect, it } from 'vitest';
import { writtenIn } from '../world.ts';
import { lemming, office, put, turns, untilIdle } from './world.ts';

describe('inbox', () => {
  it('scenario 7: shows an answer unread under my message, and after read as read', async () => {
    const root = office();
    await lemming(root, ['send', 'manager', 'Hello there', '--subject', 'Greeting']);
    await turns(root, 1);
    const shown = await lemming(root, ['inbox']);
    expect(shown.out).toContain('Greeting (000001-human-01)');
    expect(shown.out).toContain('*  000001-manager-01');
    const fields = {
      id: '000001-manager-01',
      from: 'manager',
      to: ['human'],
      turn: 1,
      kind: 'response',
      subject: 'Re: Greeting',
      priority: 'normal',
      thread: '000001-human-01',
      reply_to: '000001-human-01',
    };
    expect((await lemming(root, ['inbox', '--json'])).data.messages).toEqual([
      expect.objectContaining({
        ...fields,
        read: false,
        body: 'Heard: Hello there',
        path: expect.stringContaining('agents/manager/outbox/000001-01-human-'),
      }),
    ]);

    expect((await lemming(root, ['read', '000001-manager-01'])).out).toContain('Heard: Hello there');
    expect((await lemming(root, ['inbox', '--json'])).data.messages).toMatchObject([{ ...fields, read: true }]);
    expect((await lemming(root, ['inbox', '--json', '--unread'])).data.messages).toEqual([]);
    expect((await lemming(root, ['inbox'])).out).toMatch(/^0 unread messages/);
  });

  it('puts unread mail first, then what was read, the latest first', async () => {
    const root = office();
    for (const text of ['one', 'two', 'three']) {
      await lemming(root, ['send', 'manager', text]);
      await turns(root, 1);
    }
    await lemming(root, ['read', '000001-manager-01']);
    await lemming(root, ['read', '000002-manager-01']);
    const { messages } = (await lemming(root, ['inbox', '--json'])).data;
    expect(messages.map((m: { id: string; read: boolean }) => [m.id, m.read])).toEqual([
      ['000003-manager-01', false],
      ['000002-manager-01', true],
      ['000001-manager-01', true],
    ]);
  });

  it('finds mail in which the person is not the first reader, and archived mail with --all', async () => {
    const root = office({
      org: { limits: { live_turns: 1 } },
      rules: [
        {
          when: { agent: 'manager', from: 'human' },
          reply: { acts: [{ tool: 'send_message', input: { to: ['planner', 'human'], body: 'To both' } }] },
        },
      ],
    });
    await lemming(root, ['send', 'manager', 'go']);
    await untilIdle(root);
    await lemming(root, ['read', '000001-manager-01']);
    await turns(root, 60);
    const live = (await lemming(root, ['inbox', '--json'])).data.messages;
    const all = (await lemming(root, ['inbox', '--json', '--all'])).data.messages;
    expect([live.length, all.length]).toEqual([0, 1]);
    expect(all[0]).toMatchObject({
      to: ['human', 'planner'],
      read: true,
      path: expect.stringContaining('/archive/0000/'),
    });
  });

  it('shows notices until they are read', async () => {
    const root = office();
    put(root, 'agents/human/outbox/bad.md', '---\nto: [\n---\n');
    await lemming(root, ['send', 'hr', 'garbage']);
    await turns(root, 3);
    expect((await lemming(root, ['inbox', '--json'])).data.notices).toMatchObject([
      { turn: 1, about: 'dead-letter', text: expect.stringContaining('bad.md was set aside') },
      { turn: 3, about: 'dead-letter' },
    ]);
    expect((await lemming(root, ['read', 'notices'])).out).toContain('000001-human-0');
    expect((await lemming(root, ['inbox', '--json'])).data.notices).toEqual([]);
    expect((await lemming(root, ['read', 'notices'])).out).toContain('no notices');
  });

  it('changes nothing in the folder', async () => {
    const root = office();
    await lemming(root, ['send', 'manager', 'Hello']);
    await turns(root, 1);
    const before = writtenIn(root);
    await lemming(root, ['inbox', '--all']);
    expect(writtenIn(root)).toEqual(before);
  });

  it('counts what needs a person as status and approvals do, warnings of the configuration too', async () => {
    const root = office({ resumes: { manager: { skills: ['gone'] } } });
    for (const verb of ['status', 'inbox', 'approvals'])
      expect((await lemming(root, [verb, '--json'])).data.needs).toMatchObject({ faults: 1 });
  });
});
