import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Hands } from '../engine/hands.ts';
import { lemming, OFFICE, office, turns } from './people-world.ts';

const ASKS = {
  org: { policies: [{ act: 'send_message to:planner', do: { ask: ['human'] } }] },
};

async function held(): Promise<string> {
  const root = office(ASKS);
  await lemming(root, ['send', 'manager', 'plan']);
  await turns(root, 1);
  return root;
}

it('lists what waits, and an approved act happens once', async () => {
  const root = await held();
  const { data } = await lemming(root, ['approvals', '--json']);
  expect(data.approvals).toMatchObject([
    {
      id: 'A-1-manager-1',
      agent: 'manager',
      tool: 'send_message',
      contacts: ['human'],
      answer: null,
      input: { to: 'planner' },
    },
  ]);
  expect((await lemming(root, ['status', '--json'])).data.approvals).toBe(1);
  expect((await lemming(root, ['show', 'A-1-manager-1'])).out).toContain('What is the plan?');

  expect((await lemming(root, ['approve', 'A-1-manager-1', '--note', 'fine', '--json'])).data).toMatchObject({
    decision: 'approve',
    taken: 'journaled',
  });
  expect((await lemming(root, ['approvals'])).out).toContain('approved by human');
  await turns(root, 2);
  expect(
    (await lemming(root, ['outbox', 'manager', '--json'])).data.messages.filter(
      (m: { to: string[] }) => m.to[0] === 'planner',
    ),
  ).toHaveLength(1);
  expect((await lemming(root, ['approvals'])).out).toContain('Nothing waits for you');
  expect((await lemming(root, ['show', 'A-1-manager-1', '--json'])).data).toMatchObject({
    what: 'approval',
    waits: false,
  });
});

it('a denied act never happens, and the agent is told why', async () => {
  const root = await held();
  expect((await lemming(root, ['deny', 'A-1-manager-1', '--note', 'not today'])).exit).toBe(0);
  await turns(root, 1);
  expect((await lemming(root, ['outbox', 'manager', '--json'])).data.messages).toEqual([]);
  expect((await lemming(root, ['inspect', 'manager', '--json'])).data.notices).toMatchObject([
    { about: 'approval', text: expect.stringContaining('not today') },
  ]);
});

it('is answered in the name of another person, and by nobody else', async () => {
  const root = office({
    ...ASKS,
    edges: { ...OFFICE.edges, boss: [] },
    resumes: { boss: { person: true } },
  });
  await lemming(root, ['send', 'manager', 'plan']);
  await turns(root, 1);
  expect((await lemming(root, ['approve', 'A-1-manager-1', '--by', 'planner'])).exit).toBe(4);
  expect((await lemming(root, ['approve', 'A-1-manager-1', '--by', 'bos'])).exit).toBe(6);
  expect((await lemming(root, ['approve', 'A-1-manager-1', '--by', 'boss', '--json'])).data.by).toBe('boss');
  await turns(root, 1);
  expect((await lemming(root, ['show', 'A-1-manager-1'])).out).toContain('Approved by boss.');
});

it('knows no act of another name', async () => {
  const root = office();
  expect((await lemming(root, ['approve', 'A-1-manager-1'])).exit).toBe(6);
  expect((await lemming(root, ['deny', 'A-1-manager-1'])).exit).toBe(6);
});

it('approved for ever, acts like it need nobody: a policy says so, which keeps the rest of the file and can be revoked', async () => {
  const root = await held();
  const file = join(root, 'org/org.yaml');
  const before = `# ours\n${readFileSync(file, 'utf8')}`;
  writeFileSync(file, before);
  const { out, data } = await lemming(root, ['approve', 'A-1-manager-1', '--always', '--json']);
  expect(data.always, out).toBe('send_message agent:manager to:planner');
  const line = '  - { act: "send_message agent:manager to:planner", do: always }\n';
  expect(readFileSync(file, 'utf8')).toBe(before.replace('policies:\n', `policies:\n${line}`));
  await lemming(root, ['send', 'manager', 'plan']);
  await turns(root, 2);
  const sentTo = async () =>
    (await lemming(root, ['outbox', 'manager', '--json'])).data.messages.filter(
      (m: { to: string[] }) => m.to[0] === 'planner',
    );
  expect(await sentTo()).toHaveLength(2);
  expect((await lemming(root, ['policies'])).out).toMatch(
    /1 +send_message agent:manager to:planner +always\n2 +send_message to:planner +ask human/,
  );
  expect((await lemming(root, ['policies', 'revoke', '3'])).exit).toBe(6);
  expect((await lemming(root, ['policies', 'revoke', '1'])).out).toContain('Revoked: send_message agent:manager');
  expect(readFileSync(file, 'utf8')).toBe(before);
  await lemming(root, ['send', 'manager', 'plan']);
  await turns(root, 1);
  expect(await sentTo()).toHaveLength(2);
  await lemming(root, ['policies', 'revoke', '1']);
  expect((await lemming(root, ['policies'])).out).toContain('There are no policies.');
});

it('what no policy can name is approved alone, or not at all', async () => {
  const act = { tool: 'shell', input: { command: 'git log | sh' } };
  const hands = new Hands([[act]], { resumes: { a: { tools: ['ask:shell'], schedule: { when: 'always' } } } });
  await hands.turns(1);
  const { exit, err } = await lemming(hands.root, ['approve', 'A-1-a-1', '--always']);
  expect([exit, err]).toEqual([4, expect.stringContaining('approve it alone')]);
  expect((await lemming(hands.root, ['approve', 'A-9-a-1', '--always'])).exit).toBe(6);
  expect((await lemming(hands.root, ['approvals', '--json'])).data.approvals).toMatchObject([{ answer: null }]);
});
