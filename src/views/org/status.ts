/** Shows the organisation at a glance. */
import { noticeLines } from '../../core/mail/chain.ts';
import type { Config } from '../../core/model/config.ts';
import { unreadBy } from '../../core/model/state/mail.ts';
import { agentState } from '../../core/model/state/staff.ts';
import type { State } from '../../core/model/state.ts';
import { restsUntil } from '../../core/money/breaker.ts';
import { balanceOf, printCredits, spendable } from '../../core/money/ledger.ts';
import { type Due, scheduleTurn } from '../../core/turn/schedule.ts';
import { inCredits, inMicro } from '../../schema/amount.ts';
import type { Fault } from '../../schema/fault.ts';
import { parseMessageId } from '../../schema/name.ts';
import { sentBy } from '../mail/sent.ts';
import { count, shorten, table } from '../text/table.ts';
import { type AgentCondition, conditionOf, type Health, healthOf } from './health.ts';
import { countNeeds, type NeedCounts, printNeeds } from './needs.ts';
import { type OwedAnswer, owedAnswers, printOwed } from './owed.ts';

/** `lemming status --json`, fixed by the design. Money in credits. */
export interface Status {
  org: string;
  /** Last committed turn. */
  turn: number;
  state: 'idle' | 'running' | 'paused';
  agents: AgentStatus[];
  /** Acts that wait for a person. */
  approvals: number;
  dead_letters: number;
  /** What waits for the person at the keyboard. */
  needs: NeedCounts;
  /** Mail and notices that this person has not read. */
  unread: { messages: number; notices: number };
  /** Mail of people that a recipient has not been given yet. */
  waiting: { id: string; from: string; to: string[]; subject: string }[];
  /** Messages of the person at the keyboard that were read in the last turns and have no answer yet. */
  unanswered: { id: string; by: string[]; subject: string }[];
  /** Answers that agents owe to people and to each other. */
  owed: OwedAnswer[];
  /** Models that failed in their last calls; `left_alone_until` is a time in ISO 8601, or null while they are still called. */
  failing_models: { model: string; failures: number; left_alone_until: string | null }[];
  /** While an engine runs: limits of org/models.yaml at which calls are under way or wait. */
  limits?: { name: string; running: number; waiting: number }[];
  faults: Fault[];
}

export interface AgentStatus {
  name: string;
  person: boolean;
  state: AgentCondition;
  health: Health;
  unread: number;
  credits: { granted: number; spent: number; reserved: number; left: number };
  last_turn: number;
  /** How its visit of that turn ended; null before the first. */
  last_outcome: 'ok' | 'cut' | 'failed' | null;
  next_turn: number | null;
  /** Why it is due in the next turn, or why not. */
  why: string;
}

/** The organisation at a glance, as it stands before its next turn. Pure. */
export function statusOf(config: Config, state: State, person: string, faults: Fault[]): Status {
  const due = new Map(scheduleTurn(config, state, state.clock.turn + 1).map((one) => [one.agent, one]));
  const names = [...config.order, ...[...config.broken.keys(), ...goneIn(config, state)].sort()];
  return {
    org: config.org.name,
    turn: state.clock.turn,
    state: state.staff.paused ? 'paused' : 'idle',
    agents: names.map((name) => agentStatus(config, state, name, due.get(name))),
    approvals: [...state.approvals.pending.values()].filter((approval) => approval.answer === null).length,
    dead_letters: state.dead.letters.size,
    needs: countNeeds(config, state, person, faults),
    unread: {
      messages: unreadBy(state.mail, person, state.clock.turn + 1),
      notices: noticeLines(agentState(state.staff, person).notices).length,
    },
    waiting: waitingOf(config, state),
    unanswered: unansweredOf(config, state, person),
    owed: owedAnswers(config, state),
    failing_models: [...state.calls.breakers].map(([model, { failures }]) => {
      const until = restsUntil(config, state, model);
      return { model, failures, left_alone_until: until === null ? null : new Date(until).toISOString() };
    }),
    faults,
  };
}

/** Agents of the chart whose folder is gone; they do not count as agents until it is back. */
function goneIn(config: Config, { staff: { absent } }: State): string[] {
  return [...absent].flatMap(([name, { out }]) => (out && config.readFrom.has(name) ? [name] : []));
}

function agentStatus(config: Config, state: State, name: string, due: Due | undefined): AgentStatus {
  const { granted, spent, reserved } = balanceOf(config, state, name);
  return {
    name,
    person: config.agents.get(name)?.person ?? false,
    state: state.staff.absent.get(name)?.out ? 'error' : conditionOf(config, state, name),
    health: state.staff.absent.get(name)?.out ? 'unhealthy' : healthOf(config, state, name),
    unread: state.mail.inbox.get(name)?.length ?? 0,
    credits: {
      granted: inCredits(granted),
      spent: inCredits(spent),
      reserved: inCredits(reserved),
      left: inCredits(spendable(config, state, name)),
    },
    last_turn: agentState(state.staff, name).lastTurn,
    last_outcome: agentState(state.staff, name).lastOutcome,
    next_turn: due?.next ?? null,
    why: whyOf(config, state, name, due),
  };
}

/** Why an agent is due or not, in one sentence: the reason of the schedule, with what the schedule does not look at. */
export function whyOf(config: Config, state: State, name: string, due: Due | undefined): string {
  const set = config.broken.get(name)?.[0]?.message ?? state.staff.absent.get(name)?.why;
  if (set !== undefined) return `set aside: ${set}`;
  if (!due) return 'a person is never scheduled';
  if (!due.due && !config.readFrom.has(name)) return 'not in org/chart.yaml, so nobody can write to it';
  const { starved, lastOutcome, lastReason } = agentState(state.staff, name);
  if (lastOutcome === 'cut' && due.due && !starved) return `${due.why}; its last visit was cut: ${lastReason}`;
  return starved && due.due ? `${due.why}, but it had ${lastReason}` : due.why;
}

function waitingOf(config: Config, state: State): Status['waiting'] {
  const waiting: Status['waiting'] = [];
  for (const person of config.order.filter((name) => config.agents.get(name)?.person))
    for (const [id, { from, waiting: to, subject }] of state.mail.waiting.rows(`${person}/`))
      waiting.push({ id, from, to: [...to], subject });
  return waiting;
}

/** Turns after which an answer is no longer missed. */
const MISSED_TURNS = 20;

function unansweredOf(config: Config, state: State, person: string): Status['unanswered'] {
  return sentBy(config, state, person).flatMap(({ id, subject, read_by }) =>
    read_by.length > 0 && (parseMessageId(id)?.turn ?? 0) > state.clock.turn - MISSED_TURNS
      ? [{ id, by: read_by, subject }]
      : [],
  );
}

/** The status as text. */
export function printStatus(status: Status): string {
  const { org, turn, state, agents } = status;
  const rows = agents.map((agent) => [
    agent.name,
    agent.person ? 'person' : agent.state,
    agent.person ? '-' : agent.health,
    String(agent.unread),
    agent.person ? '-' : money(agent.credits.spent),
    agent.person ? '-' : money(agent.credits.left),
    agent.last_turn === 0 ? '-' : String(agent.last_turn),
    agent.next_turn === null ? '-' : String(agent.next_turn),
    shorten(agent.why, 60),
  ]);
  const heading = ['agent', 'state', 'health', 'unread', 'spent', 'left', 'last', 'next', 'why'];
  return [`${org}: turn ${turn}, ${state}`, '', table([heading, ...rows]), ...footer(status)].join('\n');
}

function money(credits: number): string {
  return printCredits(inMicro(credits));
}

/** What waits for the person, and what is wrong. */
function footer(status: Status): string[] {
  const { needs, unread, waiting, unanswered, owed, failing_models, limits = [], faults } = status;
  const lines = [
    printNeeds(needs),
    unread.notices > 0 && `${count(unread.notices, 'notice')}: lemming inbox, then lemming read notices`,
    ...failing_models.map(
      ({ model, failures, left_alone_until }) =>
        `The model ${model} failed ${count(failures, 'time')} in a row${left_alone_until ? ` and is not called until ${left_alone_until}` : ''}`,
    ),
    ...limits
      .filter(({ waiting }) => waiting > 0)
      .map(
        ({ name, running, waiting }) =>
          `The limit of ${name}: ${count(running, 'call')} in progress, ${waiting} waiting`,
      ),
    ...waiting
      .slice(0, 10)
      .map(({ id, to, subject }) => `${id} waits for ${shorten(to.join(', '), 60)}: ${shorten(subject, 50)}`),
    waiting.length > 10 && `${waiting.length - 10} more of your messages are waiting`,
    ...printOwed(owed),
    ...unanswered
      .filter(({ id }) => !owed.some((one) => one.id === id))
      .slice(-5)
      .map(
        ({ id, by, subject }) =>
          `${id} was read by ${shorten(by.join(', '), 60)}, no reply yet: ${shorten(subject, 50)}`,
      ),
    ...faults
      .slice(0, 5)
      .map((fault) => `  ${fault.file ? `${fault.file}${fault.line ? `:${fault.line}` : ''}: ` : ''}${fault.message}`),
  ].filter((line): line is string => line !== false && line !== '');
  return lines.length ? ['', ...lines] : [];
}
