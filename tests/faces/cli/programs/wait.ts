// A command line with one command, which works until it is interrupted; `wait ever` does not listen, `wait throw` fails beside it.
import type { Definition, Run } from '../../../../src/commands/command.ts';
import { codeIn } from '../../../../src/commands/leaves.ts';
import { runProcess } from '../../../../src/faces/cli/process.ts';

const command = {
  name: 'wait',
  group: 'run',
  summary: 'Wait',
  examples: [],
  args: [{ name: 'how', about: 'once, ever or throw' }],
  flags: [],
  reads: true,
  needsOrg: false,
  right: 'owner',
  output: (z) => z.strictObject({}),
} as const satisfies Definition;

const run: Run<typeof command> = async (world, input) => {
  if (input.args.how === 'throw') setTimeout(() => JSON.parse('{'), 1);
  const pulse = setInterval(() => world.print('waiting'), 20);
  await new Promise<void>((resume) => {
    if (input.args.how !== 'ever') world.signal.addEventListener('abort', () => resume());
  });
  clearInterval(pulse);
  return { data: {}, text: 'finished' };
};

await runProcess({ version: '0', commands: [command] }, async (name) => codeIn({ command, run }, name));
