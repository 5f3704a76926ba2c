import { readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { Command } from '../../src/commands/command.ts';
import { lemming, office, untilIdle } from './people-world.ts';

const FOLDER = new URL('../../src/commands/', import.meta.url);

/** What a reader needs beside its name. A new one that needs something is named here. */
const ARGS: Record<string, string[]> = {
  completion: ['bash'],
  inspect: ['manager'],
  memory: ['manager'],
  outbox: ['manager'],
  search: ['Hello'],
  show: ['000001-human-01'],
  watch: ['--once'],
};

async function readers(): Promise<string[]> {
  const names = readdirSync(FOLDER).map((file) => file.slice(0, -3));
  const commands = await Promise.all(
    names.map(async (name) => (await import(new URL(`${name}.ts`, FOLDER).href)).command),
  );
  return commands.flatMap((command?: Command) => (command?.reads ? command.name : []));
}

it.each(await readers())('%s --json prints one object, and nothing but it', async (name) => {
  const root = office();
  await lemming(root, ['send', 'manager', 'Hello']);
  await untilIdle(root);
  const { exit, out } = await lemming(root, [name, ...(ARGS[name] ?? []), '--json']);
  const objects = name === 'watch' ? out.slice(out.lastIndexOf('\n{\n')) : out;
  expect([0, 1]).toContain(exit);
  expect(JSON.parse(objects)).toBeTypeOf('object');
  expect(Array.isArray(JSON.parse(objects))).toBe(false);
});

it('a fault is an object as well', async () => {
  const { exit, out } = await lemming(office(), ['inspect', 'nobody', '--json']);
  expect(exit).toBe(6);
  expect(JSON.parse(out)).toMatchObject({ ok: false, faults: [{ code: 'not-found', remedy: expect.any(String) }] });
});
