import { expect, it } from 'vitest';
import { lemming, office } from '../../commands/people/world.ts';

it.each([
  ['agent list --credits 5', 2],
  ['agent show planner --tools shell', 2],
  ['agent retire planner --credits 5', 2],
  ['agent templates planner', 2],
  ['agent fly', 2],
  ['agent show', 2],
  ['agent show nosuch', 6],
  ['skill list --agent nosuch', 6],
  ['skill --agent nosuch', 6],
  ['skill validate --replace', 2],
  ['skill show x --agent nosuch', 6],
  ['tool list shell', 2],
  ['policies list 1', 2],
  ['taint list planner', 2],
  ['cache --forget x', 2],
  ['cache forget', 2],
  ['cache show --warm', 2],
])('lemming %s is wrong use or names nobody (exit %i)', async (line, exit) => {
  const said = await lemming(office(), line.split(' '));
  expect([said.exit, said.out]).toEqual([exit, '']);
});

it('a word that is no command below a verb is named, with those there are', async () => {
  const { err } = await lemming(office(), ['agent', 'shwo']);
  expect(err).toMatch(/^lemming agent has no command "shwo"\. Its commands are list, show, create, /);
});

it.each([['agent'], ['skill'], ['tool'], ['policies'], ['taint'], ['cache']])(
  'lemming %s alone does what the first of its commands does, whatever option follows',
  async (verb) => {
    const root = office();
    const alone = await lemming(root, [verb, '--json']);
    const named = await lemming(root, [verb, verb === 'cache' ? 'show' : 'list', '--json']);
    expect([alone.exit, alone.out]).toEqual([0, named.out]);
  },
);

it('help of a verb names what stands below it, and each of these has its own options', async () => {
  const root = office();
  const { out } = await lemming(root, ['agent', '--help']);
  expect(out).toContain('lemming agent [COMMAND]');
  expect(out).toMatch(/\n {2}create AGENT +Make an agent/);
  expect(out).not.toContain('--credits');
  expect((await lemming(root, ['agent', 'create', '--help'])).out).toContain('--credits');
  expect((await lemming(root, ['agent', 'list', '--help'])).out).not.toContain('--credits');
});
