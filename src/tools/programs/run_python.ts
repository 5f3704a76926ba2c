/** The tool `run_python`: runs Python in the sandbox. */
import * as z from 'zod';
import { worldTool } from '../define.ts';

export default worldTool({
  name: 'run_python',
  about:
    'Runs Python in the Box: in your workspace, without a network. Tells what it printed, how it ended, and which files it changed.',
  touches: 'once',
  timeout: 60_000,
  input: z.strictObject({ code: z.string().min(1).max(30_000) }),
  run: ({ code }, box) => box.program(['python3', '-B', '-X', 'utf8', '-c', code]),
});
