import { expect, it } from 'vitest';
import { lemming, office, put, turns } from '../people/world.ts';

it('scenario 31: shows state, why it ran or not, edges, credits, health, memory, skills', async () => {
  const root = office({
    resumes: {
      hr: { tools: ['remember', 'ask:write_file'], schedule: { every: 2, offset: 0, when: 'mail' }, shared: ['notes'] },
    },
    files: { 'agents/hr/memory/people.md': '---\nkey: people\n---\nNobody.\n' },
  });
  await turns(root, 2);
  await lemming(root, ['send', 'hr', 'Who is there?', '--subject', 'People']);
  const { data } = await lemming(root, ['inspect', 'hr', '--json']);
  expect(data).toMatchObject({
    name: 'hr',
    state: 'unknown',
    health: 'healthy',
    last_turn: { turn: 2, ran: false, why: 'no mail' },
    next_turn: { turn: 3, due: false, why: 'mail waits for turn 4 (every 2)', next: 4 },
    edges: { writes_to: ['human'], reads_from: ['human'], one_sided: [] },
    credits: { granted: 10, spent: 0, left: 10, reserved: 0, in_doubt: 0 },
    schedule: { every: 2, offset: 0, when: 'mail' },
    tools: [
      ...['send_message', 'done', 'acknowledge', 'read_mail', 'search_mail'],
      ...['complete_task', 'update_task', 'fail_task', 'propose_plan', 'remember', 'ask:write_file'],
    ],
    shared: ['notes'],
    memory: ['people'],
    unread: [{ id: '000003-human-01', subject: 'People' }],
  });
  const { out } = await lemming(root, ['inspect', 'hr']);
  for (const part of ['turn 2: did not run: no mail', 'mail waits for turn 4', 'writes to', 'people', 'People'])
    expect(out).toContain(part);
});

it('tells why it ran, failed, was skipped, or was not the one to step', async () => {
  const root = office({ credits: { agents: { manager: { grant: 10 }, hr: { grant: 10 } } } });
  const last = async (agent: string) => (await lemming(root, ['inspect', agent, '--json'])).data.last_turn;
  await lemming(root, ['send', 'manager', 'Hello']);
  await lemming(root, ['send', 'hr', 'garbage']);
  await lemming(root, ['send', 'planner', 'Hello']);
  await turns(root, 1);
  expect(await last('manager')).toEqual({ turn: 1, ran: true, outcome: 'ok', why: 'it was due' });
  expect(await last('hr')).toMatchObject({ ran: true, outcome: 'failed', why: expect.stringContaining('malformed') });
  expect(await last('planner')).toMatchObject({
    ran: false,
    outcome: 'skipped',
    why: expect.stringContaining('no credits'),
  });
  await lemming(root, ['top-up', 'planner', '100']);
  expect(await last('planner')).toMatchObject({ ran: false, why: expect.stringContaining('no credits') });
  await lemming(root, ['send', 'manager', 'Hello']);
  await lemming(root, ['step', '--agent', 'hr']);
  expect(await last('manager')).toEqual({
    turn: 2,
    ran: false,
    outcome: null,
    why: 'only another agent was called in this turn',
  });
});

it('does not take mail of the last turn for a reason to have run in it', async () => {
  const root = office();
  await lemming(root, ['send', 'manager', 'plan']);
  await turns(root, 1);
  const { data } = await lemming(root, ['inspect', 'planner', '--json']);
  expect(data).toMatchObject({
    last_turn: { turn: 1, ran: false, why: 'no mail' },
    next_turn: { due: true },
    unread: [{ from: 'manager' }],
  });
});

it('shows a person, and an agent whose resume is broken', async () => {
  const root = office();
  expect((await lemming(root, ['inspect', 'human', '--json'])).data).toMatchObject({ person: true, state: 'idle' });
  put(root, 'agents/hr/resume.md', '---\nmodel: 7\n---\n');
  expect((await lemming(root, ['inspect', 'hr', '--json'])).data).toMatchObject({
    state: 'error',
    next_turn: { due: false, why: expect.stringContaining('set aside') },
  });
  expect((await lemming(root, ['inspect', 'nobody'])).exit).toBe(6);
});
