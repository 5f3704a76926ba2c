// The command line from its sources, with the one command that it is asked for: `any.ts --org ROOT VERB ...`.
import { commandNamed } from '../../../../scripts/commands.ts';
import { runProcess } from '../../../../src/faces/cli/process.ts';

const { command, run } = await commandNamed(process.argv[4] as string);
await runProcess({ version: '0', commands: [command] }, async () => run);
