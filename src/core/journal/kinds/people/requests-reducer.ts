/** What a person's request does to the state. */
import { copyWith, defined } from '../../../../schema/copy.ts';
import type { Request } from '../../../../schema/records/request.ts';
import { answer } from '../../../approvals/reducer.ts';
import { creditsOf, forgetRead, notify, settleNotices } from '../../../mail/notices.ts';
import { deliver } from '../../../mail/reducer.ts';
import { emptyRuns } from '../../../model/runs/runs.ts';
import { emptySpending } from '../../../model/state/money.ts';
import { touch } from '../../../model/state/staff.ts';
import { emptyTasks } from '../../../model/state/tasks.ts';
import type { State } from '../../../model/state.ts';
import { settleDoubt } from '../../../money/money.ts';
import { taskPath } from '../../../tasks/file.ts';
import { runPath } from '../../../workflows/run/page.ts';
import { ackedAuthor, type asked } from '../../asked.ts';
import { askRevival } from '../../dead-letters-reducer.ts';
import { ackText } from '../../texts-rules-1.ts';

type Asked = ReturnType<typeof asked>;

/** Applies what a person asked for by a command or a file. */
export function applyRequest(state: State, { request, told }: Pick<Asked, 'request' | 'told'>): void {
  switch (request.ask) {
    case 'top-up': {
      const agent = touch(state.staff, request.agent);
      agent.granted += request.amount;
      if (agent.starved) agent.retryAt = 0;
      agent.starved = false;
      settleNotices(state, creditsOf(request.agent));
      agent.warned = false;
      return;
    }
    case 'pause':
    case 'resume':
      if (request.agent === null) state.staff.paused = request.ask === 'pause';
      else pause(state, request.agent, request.ask === 'pause');
      return;
    case 'read':
      if (request.ids.includes('notices')) forgetRead(state, request.by, request.notices);
      return deliver(state, request.by, request.ids);
    case 'archive':
      for (const id of request.ids) state.mail.archive.add(id);
      return deliver(state, request.by, request.ids);
    case 'ack':
      deliver(state, request.by, [request.id]);
      return acknowledge(state, request, told);
    case 'retry':
      return askRevival(state, request.id);
    case 'approve': {
      const { by, note, said, edited } = request;
      const given = copyWith({ decision: 'approve' as const, by, note }, defined({ said, edited }));
      return answer(state, request.id, given);
    }
    case 'deny':
      return answer(state, request.id, { decision: 'deny', by: request.by, note: request.note });
    case 'settle-doubt':
      return settleDoubt(state, request.key, request.amount);
    case 'reset':
      return reset(state, request.scope);
    case 'hire':
    case 'retire':
      state.staff.orders.push(request);
      return;
    case 'untaint':
      state.rights.tainted.delete(request.what);
      return;
    case 'task':
    case 'archive-tasks':
      state.tasks.asked.push(request);
      return;
    case 'run-workflow':
    case 'run':
      state.runs.asked.push(request);
      return;
    case 'undo':
      state.undo.asked.push({ of: request.id, by: request.by });
      return;
    case 'redact':
      return;
  }
}

function pause({ staff, clock }: State, name: string, isPaused: boolean): void {
  touch(staff, name).paused = isPaused;
  if (!isPaused) staff.pausedSince.delete(name);
  else if (!staff.pausedSince.has(name)) staff.pausedSince.set(name, clock.turn + 1);
}

/** The author is told; it wakes nobody. */
function acknowledge(state: State, request: Extract<Request, { ask: 'ack' }>, told: string | undefined): void {
  const author = ackedAuthor(request);
  if (author !== null) notify(state, author, 'ack', ackText(request, told));
}

/** Up to when triggers were looked at stays: nothing begins again because its run is gone. */
function resetRuns({ runs, files, approvals }: State): void {
  for (const id of runs.all.keys()) files.texts.delete(runPath(id));
  for (const { id, run } of approvals.pending.values()) if (run !== undefined) approvals.pending.delete(id);
  runs.past.clear();
  Object.assign(runs, emptyRuns(), { past: runs.past, marks: runs.marks });
}

function reset(state: State, scope: string): void {
  if (scope === 'all') {
    state.rights.tainted.clear();
    state.skills.loads.clear();
  }
  if (scope === 'tasks' || scope === 'all') {
    for (const id of state.tasks.all.keys()) state.files.texts.delete(taskPath(id));
    state.tasks = emptyTasks();
    resetRuns(state);
  }
  if (scope === 'mail' || scope === 'all') {
    state.mail.waiting.clear();
    state.mail.inbox.clear();
    state.mail.quiet.clear();
    state.mail.expiring.clear();
    state.mail.collected.clear();
    state.mail.threads.clear();
    state.mail.attached.clear();
    state.mail.known.clear();
    state.mail.recent.clear();
    state.mail.texts.clear();
    state.dead.letters.clear();
    state.dead.undelivered.clear();
    state.dead.chains.clear();
    state.dead.astray.clear();
    state.dead.aside.clear();
    state.approvals.pending.clear();
    state.approvals.denied.clear();
    state.approvals.answers.clear();
    state.dead.revive.clear();
    state.mail.archive.clear();
    state.staff.deferred.clear();
    for (const agent of state.staff.agents.values())
      Object.assign(agent, { notices: [], failures: 0, retryAt: 0, failedInRow: 0 });
  }
  if (scope === 'credits' || scope === 'all') {
    for (const agent of state.staff.agents.values())
      Object.assign(agent, { granted: 0, spent: 0, doubt: 0, daySpent: 0, starved: false, warned: false });
    state.money.org = emptySpending();
    state.money.units.clear();
    state.money.models.clear();
    state.money.providers.clear();
    state.money.tools.clear();
    state.money.doubts.clear();
  }
}
