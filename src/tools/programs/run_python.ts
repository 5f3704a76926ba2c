/** The tool `run_python`: runs Python in the sandbox. */
import * as z from 'zod';
import { worldTool } from '../define.ts';

export default worldTool({
  name: 'run_python',
  about:
    'Run Python in your workspace, in a sandbox without network. You get its output, its exit code, and the files that it changed.',
  touches: 'once',
  timeout: 60_000,
  input: z.strictObject({ code: z.string().min(1).max(30_000) }),
  run: ({ code }, context) => context.program(['python3', '-B', '-X', 'utf8', '-c', code]),
});
