/** The tool `update_task`: notes how far a task is, or makes it wait for others. */
import * as z from 'zod';
import { stageUpdate } from '../../core/tasks/stage.ts';
import { act } from '../define.ts';

export default act({
  name: 'update_task',
  about:
    'Note how far your task is, for your next visit. With needs it stops until those tasks, too, are completed: you then get it again with their results.',
  granted: 'all',
  described: 'with-tasks',
  input: z.strictObject({
    note: z.string().trim().min(1).max(2000).describe('what is done and what is left'),
    needs: z
      .array(z.string().max(200))
      .max(100)
      .default([])
      .describe('tasks to wait for: ids, or titles of tasks that you created in this visit'),
    task: z.string().max(100).optional().describe('its id, if it is not the task of this visit'),
  }),
  stage: stageUpdate,
});
