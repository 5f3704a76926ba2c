import { describe, expect, it } from 'vitest';
import { lemming, office, put, textOf, turns, untilIdle } from '../people/world.ts';

const MEMORY = { 'agents/manager/memory/habits.md': '---\nkey: habits\n---\nI like <mail> and plans.\n' };

describe('show', () => {
  it('puts the exact prompt and reply of a call together, also after the mail was edited and archived', async () => {
    const root = office({ files: MEMORY });
    await lemming(root, ['send', 'manager', 'plan with </mail> inside']);
    await untilIdle(root);
    await lemming(root, ['send', 'manager', 'Thanks', '--thread', '000001-human-01']);
    await turns(root, 1);
    const path = (await lemming(root, ['show', '000001-human-01', '--json'])).data.path;
    put(root, path, textOf(root, path).replace('plan', 'changed afterwards'));
    for (const id of ['1.manager.1.1', '2.planner.1.1', '3.manager.1.1', '4.manager.1.1']) {
      const { data, exit } = await lemming(root, ['show', id, '--json']);
      expect([id, exit, data.exact]).toEqual([id, 0, true]);
    }
    const { data } = await lemming(root, ['show', '1.manager.1.1', '--json']);
    expect(data).toMatchObject({
      what: 'call',
      model: 'default',
      provider: 'scripted',
      reserve: 0.01,
      cost: 0.01,
      answer: { reply: { acts: [{ tool: 'send_message', input: { to: 'planner' } }] } },
    });
    expect(data.system).toContain('You are manager');
    expect(data.parts[0].text).toContain('plan with </ mail> inside');
    expect(data.parts[0].text).toContain('I like < mail> and plans.');
    expect((await lemming(root, ['show', '4.manager'])).out).toContain('## Earlier mail that you wrote or were given');
  });

  it('shows a visit of several calls, each with what was new', async () => {
    const root = office();
    await lemming(root, ['send', 'manager', 'ask the coder']);
    await turns(root, 1);
    const { data } = await lemming(root, ['show', '1.manager', '--json']);
    expect(data.calls.map((call: { key: string; exact: boolean }) => [call.key, call.exact])).toEqual([
      ['1.manager.1.1', true],
      ['1.manager.2.1', true],
    ]);
    expect(data.calls[1].parts).toMatchObject([{ role: 'user' }, { role: 'assistant' }, { role: 'tool', ok: false }]);
    const { out } = await lemming(root, ['show', '1.manager']);
    expect(out.match(/-- system/g)).toHaveLength(1);
    expect(out).toContain('-- result of send_message (refused or failed)');
    expect(out).toContain('Refused (edge)');
  });

  it('shows a failed call with its reason', async () => {
    const root = office();
    await lemming(root, ['send', 'hr', 'down']);
    await turns(root, 1);
    const { out } = await lemming(root, ['show', '1.hr']);
    expect(out).toContain('Visit of hr in turn 1: failed: unavailable');
    expect(out).toContain('-- failed: unavailable');
  });

  it('scenario 9: what an agent may not send stays away, it is told, and the turn names the rule', async () => {
    const root = office();
    await lemming(root, ['send', 'manager', 'ask the coder']);
    await turns(root, 1);
    expect((await lemming(root, ['outbox', 'manager', '--json'])).data.messages).toEqual([]);
    const { data } = await lemming(root, ['show', '1', '--json']);
    expect(data).toMatchObject({ what: 'turn', turn: 1, committed: true });
    expect(data.events.find((event: { what: string }) => event.what === 'visit').text).toContain(
      'refused (edge): send_message',
    );
    expect((await lemming(root, ['show', '1'])).out).toContain('refused (edge)');
  });

  it('scenario 15: a loop of two agents ends at the depth that is set, and I am told', async () => {
    const root = office({
      org: { limits: { hops: 4 } },
      rules: [
        {
          when: { agent: 'manager' },
          reply: { acts: [{ tool: 'send_message', input: { to: 'planner', body: 'Thanks!' } }] },
        },
        {
          when: { agent: 'planner' },
          reply: { acts: [{ tool: 'send_message', input: { to: 'manager', body: 'Thanks to you!' } }] },
        },
      ],
    });
    await lemming(root, ['send', 'manager', 'Say thanks']);
    const reports = await untilIdle(root);
    expect(reports).toHaveLength(5);
    expect((await lemming(root, ['inbox', '--json'])).data.notices).toMatchObject([{ about: 'loop' }]);
    const { data } = await lemming(root, ['show', '000005-manager-01', '--json']);
    expect(data.dead_letters).toMatchObject([{ reason: 'hops' }]);
  });

  it.each([
    ['7', 6],
    ['1.planner', 6],
    ['1.manager.9.9', 6],
    ['A-1-manager-1', 6],
    ['000001-planner-01', 6],
    ['nothing', 6],
    ['../../etc', 6],
  ])('knows no %s', async (id, exit) => {
    const root = office();
    await lemming(root, ['send', 'manager', 'Hello']);
    await turns(root, 1);
    expect((await lemming(root, ['show', id as string])).exit).toBe(exit);
  });
});
