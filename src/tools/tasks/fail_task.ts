/** The tool `fail_task`: gives a task up. */
import * as z from 'zod';
import { stageFail } from '../../core/tasks/stage.ts';
import { act } from '../define.ts';

export default act({
  name: 'fail_task',
  about: 'Say that your task cannot be done. It is tried again later while it has attempts left.',
  granted: 'all',
  described: 'with-tasks',
  input: z.strictObject({
    reason: z.string().trim().min(1).max(2000).describe('why, and what would help'),
    task: z.string().max(100).optional().describe('its id, if it is not the task of this visit'),
    done: z.boolean().optional().describe('true: also end the visit'),
  }),
  stage: stageFail,
});
