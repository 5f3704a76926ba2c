import { expect, it } from 'vitest';
import { lemming, office, turns } from '../people/world.ts';

const send = (to: string, body: string) => ({ tool: 'send_message', input: { to, body } });

/** The manager asks a colleague whom no edge reaches, and then tells the human and the planner. */
const RULES = [
  {
    when: { agent: 'manager', result: 'edge' },
    reply: { acts: [send('human', 'I cannot.'), send('planner', 'Help?')] },
  },
  { when: { agent: 'manager', from: 'human' }, reply: { acts: [send('coder', 'Please build.')] } },
  { when: { agent: 'hr' }, reply: { text: 'Good day.' } },
];

it('a message names the call and the act that made it, in every JSON, and show shows that call', async () => {
  const root = office({ rules: RULES });
  await lemming(root, ['send', 'manager', 'Have it built']);
  await lemming(root, ['send', 'hr', 'Hello']);
  await turns(root, 1);
  const made = { made_by: '1.manager.2', made_by_act: 1 };
  const plain = { made_by: '1.hr.1', made_by_act: null };
  const rowsOf = async (...words: string[]) => (await lemming(root, [...words, '--json'])).data.messages;
  const manager = expect.objectContaining({ id: '000001-manager-01', ...made });
  const hr = expect.objectContaining({ id: '000001-hr-01', ...plain });
  expect(await rowsOf('inbox')).toEqual(expect.arrayContaining([manager, hr]));
  expect((await lemming(root, ['show', '000001-manager-01', '--json'])).data).toMatchObject(made);
  expect((await lemming(root, ['read', '000001-manager-01', '--json'])).data).toMatchObject(made);
  expect(await rowsOf('inbox')).toEqual(expect.arrayContaining([manager])); // read, and so from its file
  expect(await rowsOf('outbox', 'manager')).toEqual([
    manager,
    expect.objectContaining({ to: ['planner'], made_by: '1.manager.2', made_by_act: 2 }),
  ]);
  expect(await rowsOf('search', 'cannot')).toEqual([manager]);
  const history = await rowsOf('history', '000001-manager-01');
  expect(history).toEqual(
    expect.arrayContaining([manager, expect.objectContaining({ from: 'human', made_by: null, made_by_act: null })]),
  );

  const shown = (await lemming(root, ['show', made.made_by, '--json'])).data;
  expect(shown).toMatchObject({ what: 'call', key: '1.manager.2.1' });
  expect((await lemming(root, ['show', '1.manager.3'])).exit).toBe(6);
});

it('a message of an act that a person approved names that act', async () => {
  const root = office({ rules: RULES, resumes: { manager: { tools: ['ask:send_message'] } } });
  await lemming(root, ['send', 'manager', 'Have it built']);
  await turns(root, 1);
  const { data } = await lemming(root, ['approvals', '--json']);
  const asks = data.approvals.find((one: { input: { to: string } }) => one.input.to === 'human');
  await lemming(root, ['approve', asks.id]);
  await turns(root, 1);
  const [mail] = (await lemming(root, ['inbox', '--json'])).data.messages;
  expect(mail).toMatchObject({ made_by: asks.id, made_by_act: null });
});
