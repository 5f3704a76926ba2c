/** The prompt of a visit's first call, and the texts that it refers to. */
import type { InboxMail } from '../../core/mail/inbox.ts';
import { inboxOfVisit } from '../../core/mail/inbox.ts';
import { remindersFor, type Waits, waitsIn } from '../../core/mail/owed.ts';
import { mayPlan } from '../../core/plans/stage.ts';
import type { VisitPrompt } from '../../core/prompt/prompt.ts';
import { buildPrompt } from '../../core/prompt/prompt.ts';
import { workFor } from '../../core/tasks/work.ts';
import type { Toolbox } from '../../core/turn/judge.ts';
import { toolsOf } from '../../core/turn/judge.ts';
import type { Resume } from '../../schema/config/resume.ts';
import { copyWith } from '../../schema/copy.ts';
import { roomOf } from '../calls/context-window.ts';
import type { Turn } from '../tools/turn-in-progress.ts';

/** A prompt, and the mail that it gives. */
export interface MadePrompt {
  given: InboxMail;
  brief: VisitPrompt;
}

/**
 * Chooses the mail of a visit and makes its prompt. Pure: the snapshot stays the same during the visits, so it may be done
 * late.
 */
export function promptOfVisit(
  turn: Turn,
  toolbox: Toolbox,
  resume: Resume,
  cause: { summary: boolean; reminder: boolean },
): MadePrompt {
  const { config, state, number } = turn;
  const chosen = inboxOfVisit(
    state,
    resume.name,
    number,
    config.org.limits.inbox_tokens,
    config.org.limits.max_attempts,
  );
  const mail = cause.reminder
    ? copyWith(chosen, { reminded: remindersFor(config, state, resume.name, waitsOf(turn)) })
    : chosen;
  const task = chosen.bare ? null : workFor(state, resume.name, number);
  const given = task ? copyWith(mail, { task }) : mail;
  const hasTasks = state.tasks.assigned.has(resume.name);
  const plans = task !== null && mayPlan(resume, task);
  const tools = (isMore: boolean) => toolsOf(toolbox, config, resume, { withEarlierMail: isMore, hasTasks, plans });
  const room = roomOf(config, resume);
  const made = { given, brief: buildPrompt(config, state, resume, given, tools, number, cause.summary, room) };
  return turn.sent?.over(made, resume.name) ?? made;
}

/** What keeps agents from being reminded: the same for all visits of a turn. */
const waits = new WeakMap<Turn, () => Waits>();

function waitsOf(turn: Turn): () => Waits {
  const known = waits.get(turn) ?? waitsIn(turn.config, turn.state);
  waits.set(turn, known);
  return known;
}

/** Texts that prompts refer to are journaled once. */
export function noteBlobs(turn: Turn, blobs: VisitPrompt['blobs']): void {
  for (const blob of blobs) {
    if (turn.state.calls.blobs.has(blob.hash)) continue;
    turn.journal.add({ k: 'blob', ...blob });
  }
}
