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

it.each([
  ['agent list --credits 5', 'agent list'],
  ['agent --nonsense', 'agent'],
  ['skill show planning --nonsense', 'skill show'],
  ['step 0', 'step'],
  ['run --turns x', 'run'],
  ['top-up hr much', 'top-up'],
])('the remedy of `lemming %s` names the help of that command, which exists', async (line, help) => {
  const root = office();
  const { exit, err } = await lemming(root, line.split(' '));
  expect([exit, err]).toEqual([2, expect.stringMatching(new RegExp(`See lemming ${help} --help\\.\n$`))]);
  const shown = await lemming(root, [...help.split(' '), '--help']);
  expect([shown.exit, shown.out]).toEqual([0, expect.stringContaining(`Usage: lemming ${help} `)]);
});

it('help of a verb names what stands below it, and each of these has its own options', async () => {
  const root = office();
  const { out } = await lemming(root, ['agent', '--help']);
  expect(out).toContain('lemming agent [COMMAND]');
  expect(out).toMatch(/\n {2}create AGENT +Create an agent/);
  expect(out).not.toContain('--credits');
  expect((await lemming(root, ['agent', 'create', '--help'])).out).toContain('--credits');
  expect((await lemming(root, ['agent', 'list', '--help'])).out).not.toContain('--credits');
});
