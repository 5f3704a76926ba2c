/** The tool `propose_plan`: proposes the tasks with which a goal is reached. */
import * as z from 'zod';
import { previewPlan, stagePlan } from '../../core/plans/stage.ts';
import { isName } from '../../schema/name.ts';
import { act } from '../define.ts';

const name = z
  .string()
  .max(63)
  .refine(isName, 'expected a short name such as write_api: small letters, digits, _ and -');

export default act({
  name: 'propose_plan',
  about:
    'Propose the tasks of a plan, all at once. A person decides about it. Once it is approved, each task begins when the tasks that it needs are completed.',
  granted: 'all',
  described: 'with-plan',
  held: 'always',
  input: z.strictObject({
    tasks: z
      .array(
        z.strictObject({
          name: name.describe('a short name for it in this plan'),
          title: z.string().trim().min(1).max(200).describe('the work in a few words'),
          body: z
            .string()
            .max(200_000)
            .default('')
            .describe(
              'what to do and what the result must be; whoever does it knows nothing else, gets the results of the tasks that it needs, and sees of your files only those under shared/',
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
            .describe('names of tasks that must be completed first'),
        }),
      )
      .max(100),
    cancel: z
      .array(z.string().max(100))
      .max(100)
      .default([])
      .describe('ids of tasks of an earlier plan for this task that have not begun and are no longer needed'),
  }),
  preview: previewPlan,
  stage: stagePlan,
});
