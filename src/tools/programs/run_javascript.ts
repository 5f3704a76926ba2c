/** The tool `run_javascript`: runs JavaScript that reaches nothing. */
import * as z from 'zod';
import { worldTool } from '../define.ts';

export default worldTool({
  name: 'run_javascript',
  about:
    'Run JavaScript to compute with data. It has no files, no network and no real clock. You get what console.log printed, and the last value.',
  touches: 'pure',
  timeout: 10_000,
  input: z.strictObject({ code: z.string().min(1).max(200_000) }),
  run: ({ code }, context) => context.javascript(code),
});
