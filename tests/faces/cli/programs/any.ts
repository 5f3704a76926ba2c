// The command line from its sources, with the one command that it is asked for: `any.ts --org ROOT VERB ...`.
import { commandNamed, loadOf } from '../../../../scripts/commands.ts';
import { runProcess } from '../../../../src/faces/cli/process.ts';

const file = await commandNamed(process.argv[4] as string);
await runProcess({ version: '0', commands: [file.command] }, loadOf([file]));
