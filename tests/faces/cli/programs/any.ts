// The command line from its sources, with the one command that it is asked for: `any.ts --org ROOT VERB ...`.
import { runProcess } from '../../../../src/faces/cli/process.ts';

const verb = process.argv[4] as string;
const { command, run } = await import(`../../../../src/commands/${verb}.ts`);
await runProcess({ version: '0', commands: [command] }, async () => run);
