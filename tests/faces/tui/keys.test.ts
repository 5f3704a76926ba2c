import { expect, it } from 'vitest';
import { commandFiles } from '../../../scripts/commands.ts';
import { leavesOf } from '../../../src/commands/leaves.ts';
import { keyTable, OWN } from '../../../src/faces/tui/keys/key-table.ts';
import { bindings } from '../../../src/schema/config/keymap.ts';

const commands = (await commandFiles()).map(({ command }) => command);
const leaves = commands.flatMap((command) => leavesOf(command));
const table = keyTable(commands);
const offers = [...table.offers.values()].flat();

it('every usual key does one thing', () => {
  const keys = [...table.usual].flatMap(([action, some]) => some.map((key) => [key, action] as const));
  expect(keys.filter(([key], i) => keys.findIndex(([other]) => other === key) !== i)).toEqual([]);
  expect(bindings(table.usual, null).get('ctrl+c')).toBe('quit');
});

it('commands with one action have one key, and do not take that of the screen itself', () => {
  for (const { action, key, leaf } of offers)
    expect([leaf.name, table.usual.get(action), OWN[action]]).toEqual([leaf.name, [key.key], undefined]);
});

it('the first argument of a command takes what the row gives', () => {
  for (const { key, leaf } of offers)
    if (key.on !== 'org' || key.given !== undefined)
      expect([leaf.name, leaf.args.length > 0]).toEqual([leaf.name, true]);
});

it('what a command asks for is among its arguments and options, and so are the switches that it sets', () => {
  for (const { key, leaf } of offers) {
    const names = [...leaf.args, ...leaf.flags].map(({ name }) => name);
    for (const name of [...(key.asks ?? []), ...Object.keys(key.flags ?? {})]) expect(names).toContain(name);
  }
});

it('every verb of a task and of a run has a key', () => {
  const without = leaves
    .filter(({ name, screen }) => /^(task|workflow) /.test(name) && !screen)
    .map(({ name }) => name);
  expect(without).toEqual([
    'task list', // the pane
    'task goals', // says how far each is; the tasks have their pane
    'task show', // the row in detail
    'workflow list',
    'workflow show',
    'workflow create',
    'workflow validate',
    'workflow runs',
    'workflow status',
  ]);
});
