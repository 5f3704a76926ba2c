import { expect, it } from 'vitest';
import { lemming, office, put, turns } from '../people/world.ts';

type PartShown = { name: string; tokens: number; same: boolean; text: string };
const named = (parts: PartShown[]) => parts.map(({ name, same }) => `${name}${same ? ' (same)' : ''}`);
const sum = (parts: PartShown[]) => parts.reduce((all, { tokens }) => all + tokens, 0);

it('shows what an agent would be sent now, in parts, and what a service may have of it', async () => {
  const root = office();
  await lemming(root, ['send', 'manager', 'Hello.\n\n## No heading', '--subject', 'Hi']);
  const { data, exit } = await lemming(root, ['prompt', 'manager', '--json']);
  expect([exit, data.agent, data.turn, data.due.due]).toEqual([0, 'manager', 1, true]);
  const [call] = data.calls;
  expect(call).toMatchObject({ key: null, model: 'default', same: 0, counted: null });
  expect(named(call.parts)).toEqual([
    'Tools',
    'How you work',
    'Who you are',
    'Who you can write to',
    'Environment',
    'Your mail (1)',
  ]);
  expect(call.tokens).toBe(sum(call.parts));
  for (const body of ['Again', 'And again', 'Once more']) {
    await turns(root, 1); // with the first mail that a prompt does not show, the stable part changes once
    await lemming(root, ['send', 'manager', body]);
  }
  const again = (await lemming(root, ['prompt', 'manager', '--json'])).data.calls[0];
  expect(named(again.parts).slice(0, 5)).toEqual([
    'Tools (same)',
    'How you work (same)',
    'Who you are (same)',
    'Who you can write to (same)',
    'Environment',
  ]);
  expect(again.same).toBe(sum(again.parts.slice(0, 4)));
  const { out } = await lemming(root, ['prompt', 'manager']);
  expect(out).toContain('manager is due: 1 message waits. What manager would be sent in turn 4, model default: about ');
  expect(out).toContain('-- How you work');
});

it('shows what was sent in a turn, call by call, with what the service counted', async () => {
  const root = office();
  await lemming(root, ['send', 'manager', 'Hello']);
  await turns(root, 1);
  for (const body of ['Some', 'More', 'Once more']) {
    await lemming(root, ['send', 'manager', body]);
    await turns(root, 1);
  }
  const { data } = await lemming(root, ['prompt', 'manager', '--turn', '4', '--json']);
  expect(data).toMatchObject({ agent: 'manager', turn: 4, due: null });
  const [call] = data.calls;
  expect(call).toMatchObject({ key: '4.manager.1.1', counted: { input: expect.any(Number), cached: 0 } });
  expect(call.parts.find(({ name }: PartShown) => name === 'Your mail (1)').text).toContain('Once more');
  expect(call.same).toBeGreaterThan(0);
  const sent = (await lemming(root, ['show', '4.manager.1.1', '--json'])).data;
  for (const { name, text } of call.parts as PartShown[])
    if (name !== 'Tools') expect(`${sent.system}\n${sent.parts[0].text}`).toContain(text);
});

it('is what org.yaml says and what the dry run shows; what may not be is a fault of validate', async () => {
  const root = office();
  await lemming(root, ['send', 'manager', 'Hello']);
  put(root, 'org/org.yaml', 'version: 1\nname: office\nprompt:\n  add: { house-style: British English. }\n');
  const { data } = await lemming(root, ['prompt', 'manager', '--json']);
  expect(named(data.calls[0].parts)).toContain('house style');
  const dry = (await lemming(root, ['run', '--dry-run', '--json'])).data.dry_run.would_run[0].prompt;
  const text = `${dry.system}\n${dry.text}`;
  for (const part of data.calls[0].parts as PartShown[]) if (part.name !== 'Tools') expect(text).toContain(part.text);
  put(root, 'org/org.yaml', 'version: 1\nname: office\nprompt: { stable: [identity, colleagues] }\n');
  const wrong = await lemming(root, ['validate', '--json']);
  expect([wrong.exit, JSON.stringify(wrong.data)]).toEqual([3, expect.stringContaining('rules must be listed')]);
});

it.each([[['prompt', 'nobody']], [['prompt', 'human']], [['prompt', 'manager', '--turn', '9']]])(
  '%j: not found',
  async (line) => {
    const { exit, data } = await lemming(office(), [...line, '--json']);
    expect([exit === 0, JSON.stringify(data)]).toEqual([false, expect.stringContaining('not-found')]);
  },
);
