import { expect, it } from 'vitest';
import { means, memoryOrg, start } from '../world.ts';

const ran = async (command: string): Promise<string> => {
  const program = () => Promise.resolve({ ok: true, text: 'done' });
  return (await start('shell', { command }, means(memoryOrg(), { program }))).text;
};

it.each([
  'cd shared/toolkit && ls',
  'cat ./shared/x.md',
  'ls attachments',
  'cat "attachments/T-1-a-1/x.md"',
  'ls shared',
])('shell says of %s that such folders are not in the sandbox', async (command) => {
  expect(await ran(command)).toMatch(/^done\n\[shared\/ and attachments\/ are not in the sandbox/);
});

it.each(['node --test', 'echo sharedness', 'cat docs/shared/x', 'ls attachments.md'])(
  'shell says nothing of it for %s',
  async (command) => {
    expect(await ran(command)).toBe('done');
  },
);
