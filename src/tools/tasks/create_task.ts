/** The tool `create_task`: gives work to an agent. */
import * as z from 'zod';
import { stageNewTask } from '../../core/tasks/stage.ts';
import { priority } from '../../schema/records/message.ts';
import { condition, DEADLINE } from '../../schema/records/task.ts';
import { act, RARE } from '../define.ts';

export default act({
  name: 'create_task',
  about:
    'Create a task: work with a result, done by one agent. It begins when the tasks that it needs are completed, and its agent gets their results.',
  input: z.strictObject({
    title: z.string().trim().min(1).max(200).describe('the work in a few words'),
    body: z
      .string()
      .max(200_000)
      .default('')
      .describe(
        'what to do and what the result must be; whoever does it knows nothing else, and sees only the files of tasks that it needs, and shared/ if it may read there',
      ),
    assignee: z.string().max(80).optional().describe('who does it'),
    capability: z
      .string()
      .max(64)
      .optional()
      .describe('instead of an assignee: a skill that whoever does it must have'),
    needs: z
      .array(z.string().max(200))
      .max(100)
      .default([])
      .describe('tasks that must be completed first: ids, or titles of tasks that you create in this visit'),
    priority: priority().optional().meta(RARE),
    deadline: z
      .string()
      .regex(...DEADLINE)
      .optional()
      .describe('12 turns, 90m, 24h or 7d, after which it has failed')
      .meta(RARE),
    ensures: z.array(condition()).max(20).optional().describe('what must hold when it is completed').meta(RARE),
    key: z.string().min(1).max(200).optional().describe('the same key creates the same task only once').meta(RARE),
    parent: z.string().max(100).optional().describe('the task of which it is a part').meta(RARE),
  }),
  stage: stageNewTask,
});
