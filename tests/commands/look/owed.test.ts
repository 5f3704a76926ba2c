import { expect, it } from 'vitest';
import { lemming, office, turns } from '../people/world.ts';

const send = (to: string, body: string, kind: string) => ({ tool: 'send_message', input: { to, body, kind } });

/** The manager hands over, and answers nobody. */
const RULES = [
  {
    when: { agent: 'manager', from: 'human' },
    reply: { acts: [send('human', 'I have it.', 'status'), send('planner', 'Please plan it.', 'request')], more: true },
  },
  { when: { agent: 'planner' }, reply: { text: 'I hand it over.', more: true } },
];

it('status and the end of a run name who owes an answer, to whom and since when; a reminder is named with it', async () => {
  const root = office({ rules: RULES });
  await lemming(root, ['send', 'manager', 'Have it built', '--subject', 'A page']);
  await turns(root, 2);
  const owed = [
    { agent: 'manager', to: 'human', id: '000001-human-01', subject: 'A page', turn: 1, reminded: false },
    { agent: 'planner', to: 'manager', id: '000001-manager-02', turn: 2, reminded: false },
  ];
  const { data, out } = await lemming(root, ['status', '--json']);
  expect(out).toBeDefined();
  expect(data.owed).toMatchObject(owed);
  const line = 'manager owes human an answer to 000001-human-01 since turn 1: A page\n';
  const shown = (await lemming(root, ['status'])).out;
  expect(shown).toContain(line);
  expect(shown).not.toContain('no reply yet');
  const { agents } = data;
  expect(agents.find((one: { name: string }) => one.name === 'planner').why).toBe(
    'owes manager an answer to 000001-manager-02',
  );
  const ran = await lemming(root, ['run', '--until-idle']);
  expect(ran.out).toContain('manager owes human an answer to 000001-human-01 since turn 1, and was reminded: A page\n');
  expect((await lemming(root, ['run', '--until-idle', '--json'])).data).toMatchObject({ turns: 0, idle: true });
});
