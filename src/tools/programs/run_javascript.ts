/** The tool `run_javascript`: runs JavaScript that reaches nothing. */
import * as z from 'zod';
import { worldTool } from '../define.ts';

export default worldTool({
  name: 'run_javascript',
  about:
    'Runs JavaScript that reaches no file, no network and no clock but its own, for computing with data. Tells what console.log printed, and the last value.',
  touches: 'pure',
  timeout: 10_000,
  input: z.strictObject({ code: z.string().min(1).max(200_000) }),
  run: ({ code }, box) => box.javascript(code),
});
