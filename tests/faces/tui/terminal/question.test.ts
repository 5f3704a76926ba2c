// @module-tag tmux
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, it } from 'vitest';
import { lemming, untilIdle } from '../../../commands/people/world.ts';
import { scratch, scratchOrg } from '../../../commands/world.ts';
import { openTerminal } from '../../terminal.ts';

const MAIN = fileURLToPath(new URL('../../../../dist/main.js', import.meta.url));
const DRINKS = { question: 'Which drink?', options: ['Tea', 'Coffee'] };

beforeAll(() => {
  if (!existsSync(MAIN)) throw new Error('dist/ is missing: run npm run build first.');
});

it('a question is answered on the screen: an option, then a note', async () => {
  const root = scratchOrg({
    edges: { human: ['waiter'], waiter: ['human'] },
    resumes: { waiter: { tools: ['request_approval'] } },
    rules: [{ when: { from: 'human' }, reply: { acts: [{ tool: 'request_approval', input: DRINKS }] } }],
  });
  await lemming(root, ['send', 'waiter', 'Order drinks.']);
  await untilIdle(root);
  const env = { LEMMING_HOME: scratch(), TERM: 'screen-256color', LANG: 'C.UTF-8', CI: 'true' };
  const terminal = openTerminal('exec sh', { columns: 110, rows: 34, env });
  await terminal.type(`${process.execPath} ${MAIN} --org ${root} watch`);
  await terminal.press('Enter');
  await terminal.shows('4 Approvals (1)');
  await terminal.press('4');
  await terminal.shows(/1\. Tea\s+2\. Coffee/);
  await terminal.press('a');
  await terminal.shows('A-1-waiter-1: option 1 to 2');
  await terminal.type('Milk');
  await terminal.press('Enter');
  await terminal.shows('No option "Milk".');
  await terminal.type('2');
  await terminal.press('Enter');
  await terminal.shows('approve A-1-waiter-1 ("Coffee")? note');
  await terminal.type('Hot.');
  await terminal.press('Enter');
  await terminal.shows('Answered: "Coffee".');
  await terminal.press('q');
  await untilIdle(root);
  expect((await lemming(root, ['show', '2.waiter'])).out).toContain('"Which drink?": "Coffee". Note: "Hot."');
});
