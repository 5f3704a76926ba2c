/** The outcome of a visit. */
import type { Resume } from '../../schema/config/resume.ts';
import type { Blame, VisitOutcome } from './entry.ts';
import type { Answer } from './state/approvals.ts';
import type { Mail } from './state/mail.ts';
import type { Task } from './state/tasks.ts';
import type { Draft } from './tool.ts';

/** A finished visit, as the pool hands it to the settlement. */
export interface Finished {
  agent: string;
  resume: Resume;
  outcome: VisitOutcome;
  /** For a visit that was cut: what ran out, or `looped`; `detail` is the same in words. */
  reason?: string;
  detail?: string;
  blame?: Blame;
  /** The model that refused the prompt; `long`: as too long. */
  model?: string;
  long?: true;
  /** It was given its mail alone: what was left out. */
  leftOut?: readonly string[];
  /** Micro-credits that the call it could not pay might cost. */
  need?: number;
  /** The budget of its work that ended it: `task x` or `run r-1`. */
  budget?: string;
  /** The task on which it would have worked, if its budgets could pay the first call. */
  unpaid?: { task: Task; need: number };
  given: readonly Mail[];
  /** The task on which it worked. */
  task?: Task;
  /** Mail of former visits that it was reminded to answer. */
  reminded?: readonly Mail[];
  /** Its replies came from rules, which owe nobody an answer. */
  settlesAll?: true;
  told: number;
  /** Answers that the visit was told. */
  answers: readonly Answer[];
  draft: Draft;
  summary: boolean;
}
