/** The tool `shell`: runs a command in the sandbox. */
import * as z from 'zod';
import { fenced } from '../../core/text/file-change.ts';
import { worldTool } from '../define.ts';

export default worldTool({
  name: 'shell',
  about:
    'Run a command with sh in your workspace, in a sandbox without network. You get its output, its exit code (any but 0 counts as a failed call), and the files that it changed.',
  touches: 'once',
  timeout: 60_000,
  input: z.strictObject({ command: z.string().min(1).max(30_000) }),
  preview: ({ command }) => `The command:\n\n${fenced('sh', command)}`,
  run: ({ command }, context) => context.program(['sh', '-c', command]),
});
