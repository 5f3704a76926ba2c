/** All that the engine must know of the past, slice by slice. A new slice: its file in `state/`, and its two lines here. */

import { emptyRuns, type RunsState } from './runs/runs.ts';
import { type ActsState, emptyActs } from './state/acts.ts';
import { type ApprovalsState, emptyApprovals } from './state/approvals.ts';
import { type CallsState, emptyCalls } from './state/calls.ts';
import { type ClockState, emptyClock } from './state/clock.ts';
import { type DeadLettersState, emptyDeadLetters } from './state/dead-letters.ts';
import { emptyFiles, type FilesState } from './state/files.ts';
import { emptyMail, type MailState } from './state/mail.ts';
import { emptyMemory, type MemoryState } from './state/memory.ts';
import { emptyMoney, type MoneyState } from './state/money.ts';
import { emptyRights, type RightsState } from './state/rights.ts';
import { emptySkills, type SkillsState } from './state/skills.ts';
import { emptyStaff, type StaffState } from './state/staff.ts';
import { emptyTasks, type TasksState } from './state/tasks.ts';
import { emptyUndo, type UndoState } from './state/undo.ts';

/** What the reducers make of the journal. Never holds what a file in the folder holds for ever. */
export interface State {
  clock: ClockState;
  files: FilesState;
  staff: StaffState;
  money: MoneyState;
  calls: CallsState;
  mail: MailState;
  dead: DeadLettersState;
  approvals: ApprovalsState;
  memory: MemoryState;
  skills: SkillsState;
  rights: RightsState;
  undo: UndoState;
  tasks: TasksState;
  runs: RunsState;
  acts: ActsState;
}

export function emptyState(): State {
  return {
    clock: emptyClock(),
    files: emptyFiles(),
    staff: emptyStaff(),
    money: emptyMoney(),
    calls: emptyCalls(),
    mail: emptyMail(),
    dead: emptyDeadLetters(),
    approvals: emptyApprovals(),
    memory: emptyMemory(),
    skills: emptySkills(),
    rights: emptyRights(),
    undo: emptyUndo(),
    tasks: emptyTasks(),
    runs: emptyRuns(),
    acts: emptyActs(),
  };
}
