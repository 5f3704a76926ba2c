/** Decides which agents are due in a turn, and why the others are not. */
import type { Resume } from '../../schema/config/resume.ts';
import { waitsForTurns } from '../approvals/approval.ts';
import { revivable } from '../mail/absent-agents.ts';
import { remindersFor, type Waits, waitsIn } from '../mail/owed.ts';
import { type Config, nextVisit } from '../model/config.ts';
import { NOBODY } from '../model/maps/open-tasks.ts';
import { isAnswered } from '../model/state/approvals.ts';
import { collectedFor, inboxOf, type Mail, readableBy } from '../model/state/mail.ts';
import { type AgentState, agentState, FAILING } from '../model/state/staff.ts';
import type { Task } from '../model/state/tasks.ts';
import type { State } from '../model/state.ts';
import { allClosedUntil } from '../money/breaker.ts';
import { assignmentFor } from '../tasks/assign.ts';
import { isReady } from '../tasks/ready.ts';
import { workFor } from '../tasks/work.ts';
import { canAdvance, waitsForTurns as waitsInTurns } from '../workflows/turn/waiting.ts';

/** Whether an agent is due in a turn, and why or why not: one sentence for people. */
export interface Due {
  agent: string;
  due: boolean;
  why: string;
  /** Its turn to write the summary. */
  summary: boolean;
  /** It is due only to be reminded of answers that it owes. */
  reminder?: true;
  /** Something that only time or another turn will bring: mail before its schedule, or the end of a back-off. */
  later: boolean;
  /** It is due only to work on a task. */
  task?: true;
  /** The wait is for a provider that keeps failing. */
  failing: boolean;
  /** Turn in which it may be due next, when that is known. */
  next: number | null;
}

/** A step by hand: it goes on although the organisation is paused. `only`: only this agent is due. */
export interface ManualStep {
  only?: string;
  step?: boolean;
  /** Made only to record its number. */
  rest?: boolean;
  /** The first turn of a run: who backs off from a provider is tried once, but never before a time that it named. */
  retry?: boolean;
}

/** Goes through the agents in chart order. When no mail is left, whoever owes an answer is reminded of it. Pure. */
export function scheduleTurn(config: Config, state: State, turn: number, step: ManualStep = {}): Due[] {
  const all = config.order.flatMap((agent) => dueOf(config, state, turn, agent, step) ?? []);
  const isFree = step.only === undefined && !step.rest && (!state.staff.paused || step.step === true);
  if (state.mail.owed.size > 0 && isFree && mailLeft(config, state) === 'idle') {
    const waits = waitsIn(config, state);
    for (const one of all) if (!one.due) remind(config, state, turn, one, waits);
  }
  return all;
}

function remind(config: Config, state: State, turn: number, one: Due, waits: () => Waits): void {
  const mail = remindersFor(config, state, one.agent, waits);
  if (mail.length === 0 || agentState(state.staff, one.agent).retryAt > turn) return;
  if (isClosed(config, state, one.agent)) return;
  const first = mail[0] as Mail;
  const more = mail.length > 1 ? ` and ${mail.length - 1} more` : '';
  one.due = true;
  one.reminder = true;
  one.why = `owes ${first.from} an answer to ${first.id}${more}`;
}

/** Whether the services of all its models asked for no call at present. */
function isClosed(config: Config, state: State, agent: string): boolean {
  return allClosedUntil(config, state, (config.agents.get(agent) as Resume).model) !== null;
}

/** Schedules one agent; undefined for a person, or for a name that is not in the chart. Pure. */
export function dueOf(
  config: Config,
  state: State,
  turn: number,
  agent: string,
  step: ManualStep = {},
): Due | undefined {
  const resume = config.agents.get(agent);
  return resume && !resume.person ? look(config, state, turn, resume, step) : undefined;
}

function look(
  config: Config,
  state: State,
  turn: number,
  resume: Resume,
  { only, step, rest, retry }: ManualStep,
): Due {
  const agent = resume.name;
  const no = (why: string, more: Partial<Due> = {}): Due => ({
    agent,
    due: false,
    why,
    summary: false,
    later: false,
    failing: false,
    next: null,
    ...more,
  });
  const account = agentState(state.staff, agent);
  if (rest) return no('the run ends');
  if (only !== undefined && only !== agent) return no(`only ${only} steps`);
  if (state.staff.paused && !step) return no('the organisation is paused');
  if (account.paused) return no('paused');
  const { every, offset, when } = resume.schedule;
  const fires = turn % every === offset % every;
  const next = nextVisit(resume, turn);
  const inbox = state.mail.inbox.has(agent) ? readableBy(state.mail, agent, turn) : NO_MAIL;
  const answered = isAnswered(state.approvals, agent, config.org.limits.max_attempts);
  const hasMail = inbox.some((mail) => mail.kind !== 'notice');
  const work = workFor(state, agent, turn);
  const collected = nextCollected(state, agent, turn);
  const wakes = answered || hasMail || work !== null;
  const waits = wakes || collected !== null;
  const closed = allClosedUntil(config, state, resume.model);
  if (closed !== null) return no(closedText(closed), { later: waits, failing: waits });
  const again = retry === true && !account.starved;
  if (account.retryAt > turn && !again)
    return no(waitText(account), {
      later: waits && !account.starved,
      failing: waits && account.failures >= FAILING && !account.starved,
      next: account.retryAt,
    });
  const summary = summaryDue(config, state, turn, agent);
  const isForTask = work !== null && !hasMail && !answered && !summary && when !== 'always';
  const yes = (why: string, isSummary = false): Due => ({
    agent,
    due: true,
    why,
    summary: isSummary,
    later: false,
    failing: account.failures >= FAILING,
    next: turn,
    ...(isForTask && { task: true as const }),
  });
  if (only === agent) return yes(hasMail ? 'called by step, mail waits' : 'called by step', summary);
  if (inbox.some((mail) => mail.priority === 'urgent' && mail.kind !== 'notice')) return yes('urgent mail', summary);
  if (answered) return yes('an approval was answered', summary);
  if (summary) return yes('a summary is due', true);
  if (again && wakes && account.failures > 0) return yes('a new run tries its provider again');
  if (fires && hasMail) return yes(inbox.length === 1 ? '1 message waits' : `${inbox.length} messages wait`);
  if (fires && work) return yes(`works on task ${work.id}`);
  if (fires && when === 'always') return yes('scheduled');
  if (hasMail) return no(`mail waits for turn ${next} (every ${every})`, { later: true, next });
  if (work) return no(`task ${work.id} waits for turn ${next} (every ${every})`, { later: true, next });
  if (collected !== null) return no(`mail is collected until turn ${collected}`, { later: true, next: collected });
  return no(when === 'always' ? `scheduled for turn ${next}` : 'no mail', { next: when === 'always' ? next : null });
}

function waitText({ starved, retryAt, lastReason }: Readonly<AgentState>): string {
  return starved ? `${lastReason}; tried again in turn ${retryAt}` : `backing off until turn ${retryAt}: ${lastReason}`;
}

/** The turn in which mail that is collected for an agent may be given; null when none is. Notices make nobody due. */
function nextCollected({ mail }: State, agent: string, turn: number): number | null {
  const waking = [...collectedFor(mail, agent, turn)].filter(
    ([id]) => (mail.waiting.get(id) as Mail).kind !== 'notice',
  );
  return waking.length === 0 ? null : Math.min(...waking.map(([, until]) => until));
}

/** `until`: milliseconds since 1970. */
export function closedText(until: number): string {
  return `its provider asked for no call before ${new Date(until).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

const NO_MAIL: Mail[] = [];

/** Whether a summary is due: every n turns, if anything was sent since the last one. */
function summaryDue(config: Config, state: State, turn: number, agent: string): boolean {
  const summary = config.org.summary;
  return (
    summary !== null &&
    summary.agent === agent &&
    turn % summary.every === 0 &&
    state.mail.activeTurn > state.clock.summaryTurn
  );
}

/** Whether a turn would change nothing: the organisation is idle, and no schedule or summary waits for a coming turn. */
export function atRest(config: Config, state: State): boolean {
  if (idleness(config, state) !== 'idle') return false;
  if (state.staff.paused) return true;
  const summary = config.org.summary !== null && state.mail.activeTurn > state.clock.summaryTurn;
  return (
    !summary &&
    !waitsForTurns(config, state) &&
    state.tasks.limited.size === 0 &&
    !waitsForAbsent(config, state) &&
    !waitsInTurns(state, true) &&
    ![...config.workflows.values()].some(({ file }) => file.on?.every !== undefined) &&
    ![...config.agents.values()].some(
      (resume) => !resume.person && resume.schedule.when === 'always' && !agentState(state.staff, resume.name).paused,
    )
  );
}

/** Whether tasks go to somebody else, or fail, when their assignee has been paused for long enough. */
function waitsForAbsent({ org: { tasks } }: Config, state: State): boolean {
  if (tasks.absent_after === null || tasks.on_absence === 'resume') return false;
  return [...state.tasks.assigned.keys()].some((agent) => state.staff.pausedSince.has(agent));
}

/** Whether a provider failed last: an agent backs off, or a model is left alone. */
export function hasFailures({ calls, staff }: State): boolean {
  if (calls.breakers.size > 0) return true;
  for (const { failures, starved } of staff.agents.values()) if (failures > 0 && !starved) return true;
  return false;
}

/**
 * Whether mail, an answer, a retry or a request makes anyone due. Answers that are owed
 * do. Always-schedules, summaries and what waits for credits do not count.
 */
export function idleness(config: Config, state: State): Idleness {
  const left = mailLeft(config, state);
  if (left !== 'idle') return left;
  let failing = false;
  const waits = waitsIn(config, state);
  for (const agent of state.mail.owed.keys()) {
    if (remindersFor(config, state, agent, waits).length === 0) continue;
    if (!isClosed(config, state, agent)) return 'busy';
    failing = true;
  }
  return failing ? 'failing' : 'idle';
}

/** `failing`: only agents whose provider keeps failing have something to do. */
type Idleness = 'busy' | 'idle' | 'failing';

/** The same without the reminders, which come when all else is done. */
function mailLeft(config: Config, state: State): Idleness {
  if (revivable(state).length + state.staff.orders.length + state.undo.asked.length + state.tasks.asked.length > 0)
    return 'busy';
  if (state.runs.asked.length > 0) return 'busy';
  for (const { answer } of state.approvals.pending.values()) if (answer && answer.unpaid === undefined) return 'busy';
  if (state.staff.paused) return 'idle';
  if (isAssignable(config, state) || hasRuns(config, state)) return 'busy';
  let failing = false;
  for (const agent of wokenIn(config, state)) {
    const resume = config.agents.get(agent);
    if (!resume || resume.person) continue;
    const account = agentState(state.staff, agent);
    if (account.paused || account.starved) continue;
    if (account.failures >= FAILING || allClosedUntil(config, state, resume.model) !== null) failing = true;
    else return 'busy';
  }
  return failing ? 'failing' : 'idle';
}

/** Whether the next freeze gives a task to somebody. */
function isAssignable(config: Config, state: State): boolean {
  for (const { id } of state.tasks.open.of(state.tasks).free(NOBODY)) {
    const task = state.tasks.all.get(id) as Task;
    if (isReady(state, task, Infinity) && assignmentFor(config, state, task, () => 0)) return true;
  }
  return false;
}

/** Whether the next freeze takes a run on, or turns that pass will. */
function hasRuns(config: Config, state: State): boolean {
  return state.runs.open.size > 0 && (waitsInTurns(state, false) || canAdvance(config, state, state.clock.turn + 1));
}

/** Who has mail, an answer or a task that makes a visit. */
function* wokenIn(config: Config, state: State): Generator<string> {
  const { mail, approvals, tasks } = state;
  for (const agent of approvals.answers.keys())
    if (isAnswered(approvals, agent, config.org.limits.max_attempts)) yield agent;
  for (const agent of mail.inbox.keys()) if (inboxOf(mail, agent).some(({ kind }) => kind !== 'notice')) yield agent;
  for (const agent of tasks.assigned.keys()) if (workFor(state, agent, Infinity)) yield agent;
}
