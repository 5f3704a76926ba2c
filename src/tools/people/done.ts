/** The tool `done`: ends the visit. */
import * as z from 'zod';
import type { Task } from '../../core/model/state/tasks.ts';
import type { Draft } from '../../core/model/tool.ts';
import { answerTo } from '../../core/turn/visit-end.ts';
import { act } from '../define.ts';

const NO_FILES = 'done brings no files. Send them with send_message and its attachments, then call done.';

export default act({
  name: 'done',
  about: 'End this visit. Call it together with your last tool calls: you are asked again only if one of them fails.',
  granted: 'all',
  // a model that gives a summary, too, need not pay another call for it; files would be lost
  forgives: { attachments: NO_FILES, artefacts: NO_FILES, files: NO_FILES },
  input: z.strictObject({
    answer: z
      .string()
      .min(1)
      .max(200_000)
      .optional()
      .describe(
        'your answer, in markdown: it goes to whoever waits for it, people first; leave it out if you have sent it or cannot answer yet',
      ),
    settled: z
      .array(z.string().max(100))
      .max(100)
      .default([])
      .describe('ids of messages that need no answer, or no further answer'),
  }),
  stage({ answer, settled }, { config, state, agent, given, task, draft }) {
    if (answer !== undefined && answerTo(config, state, agent, given).length === 0)
      return {
        ok: false,
        rule: 'given',
        text: task ? taskText(task, draft) : 'Nobody wrote to you in this visit: use send_message.',
      };
    const open = [...given, ...(state.mail.owed.get(agent) ?? [])].map(({ id }) => id);
    const unknown = settled.find((id) => !open.includes(id));
    if (unknown !== undefined)
      return {
        ok: false,
        rule: 'given',
        text: state.tasks.all.has(unknown)
          ? `${unknown} is a task, not a message: ${ENDS}.`
          : unknownText(unknown, open),
      };
    draft.done = { answer, settled };
    return { ok: true, text: 'Done.' };
  },
});

/** A visit with a task and no mail: its result is no answer. */
function taskText({ id }: Task, { tasks }: Draft): string {
  const isEnded = tasks.some((act) => 'id' in act && act.id === id);
  return isEnded
    ? 'Nobody wrote to you in this visit: leave answer out.'
    : `Nobody wrote to you in this visit. Give the result of ${id} with complete_task, or leave answer out to go on with it in your next visit.`;
}

const ENDS = 'a task of yours ends with complete_task or fail_task';

/** Messages that a refusal names at most. */
const NAMED = 10;

function unknownText(id: string, open: readonly string[]): string {
  const more = open.length > NAMED ? ' and more' : '';
  const which = open.length > 0 ? `: ${open.slice(0, NAMED).join(', ')}${more}` : ', and none waits for one';
  return `${JSON.stringify(id)} is not a message that waits for your answer${which}.`;
}
