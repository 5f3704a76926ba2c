/** The prompt of a visit's first call, and the texts that it refers to. */
import type { InboxMail } from '../../core/mail/inbox.ts';
import { inboxOfVisit } from '../../core/mail/inbox.ts';
import { remindersFor, type Waits, waitsIn } from '../../core/mail/owed.ts';
import { plansAsked, type Task } from '../../core/model/state/tasks.ts';
import type { VisitPrompt } from '../../core/prompt/prompt.ts';
import { buildPrompt } from '../../core/prompt/prompt.ts';
import { workFor } from '../../core/tasks/work.ts';
import type { Toolbox } from '../../core/turn/judge.ts';
import { toolsOf } from '../../core/turn/judge.ts';
import type { Resume } from '../../schema/config/resume.ts';
import { copyWith } from '../../schema/copy.ts';
import { roomOf } from '../calls/context-window.ts';
import type { Turn } from '../tools/turn-in-progress.ts';

/** A prompt, and the mail in it. */
export interface MadePrompt {
  given: InboxMail;
  brief: VisitPrompt;
}

/** Why a visit is made, besides mail and tasks. */
export interface VisitCause {
  summary: boolean;
  /** It is made only to remind the agent of answers that it owes. */
  reminder: boolean;
  /** The budgets of its task cannot pay for it: the visit is made without one. */
  unpaid?: { task: Task; need: number };
}

/**
 * Chooses the mail of a visit and makes its prompt. Pure: the snapshot does not change during the visits, so the prompt can be
 * made late.
 */
export function promptOfVisit(turn: Turn, toolbox: Toolbox, resume: Resume, cause: VisitCause): MadePrompt {
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
  const task = chosen.bare || cause.unpaid ? null : workFor(state, resume.name, number);
  const given = task ? copyWith(mail, { task }) : mail;
  const hasTasks = state.tasks.assigned.has(resume.name);
  const isPlanning = plansAsked(state.tasks, resume.name, number).length > 0;
  const tools = (isMore: boolean) =>
    toolsOf(toolbox, config, resume, { withEarlierMail: isMore, hasTasks, isPlanning });
  const room = roomOf(config, resume);
  const made = { given, brief: buildPrompt(config, state, resume, given, tools, number, cause.summary, room) };
  return turn.sent?.over(made, resume.name) ?? made;
}

/** What keeps agents from being reminded; the same for all visits of a turn. */
const waits = new WeakMap<Turn, () => Waits>();

function waitsOf(turn: Turn): () => Waits {
  const known = waits.get(turn) ?? waitsIn(turn.config, turn.state);
  waits.set(turn, known);
  return known;
}

/** Journals the texts to which prompts refer, each once. */
export function noteBlobs(turn: Turn, blobs: VisitPrompt['blobs']): void {
  for (const blob of blobs) {
    if (turn.state.calls.blobs.has(blob.hash)) continue;
    turn.journal.add({ k: 'blob', ...blob });
  }
}
