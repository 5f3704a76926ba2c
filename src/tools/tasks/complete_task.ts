/** The tool `complete_task`: ends a task with its result. */
import * as z from 'zod';
import { completionConditions, stageComplete } from '../../core/tasks/stage.ts';
import { act } from '../define.ts';

export default act({
  name: 'complete_task',
  about: 'End your task with its result. The result goes to who gave you the task and to the tasks that need it.',
  granted: 'all',
  described: 'with-tasks',
  input: z.strictObject({
    result: z.string().trim().min(1).max(200_000).describe('what came of it, in markdown, complete in itself'),
    artefacts: z
      .array(z.string().max(1000))
      .max(100)
      .default([])
      .describe(
        'files that it made, in your workspace, shared/... or attachments/...: whoever gets the result gets copies',
      ),
    task: z.string().max(100).optional().describe('its id, if it is not the task of this visit'),
    done: z.boolean().optional().describe('true: also end the visit'),
  }),
  conditions: completionConditions,
  stage: stageComplete,
});
