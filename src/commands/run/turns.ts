/** Makes turns for `run`, `run-once` and `step`, and summarises them. */
import { deletedSince } from '../../app/foresee.ts';
import type { OrgPlace } from '../../app/place.ts';
import { withEngine } from '../../app/run-engine.ts';
import { personIn } from '../../app/seats.ts';
import type { Unplaced } from '../../core/journal/unplaced.ts';
import { noticeLines } from '../../core/mail/chain.ts';
import type { Config } from '../../core/model/config.ts';
import { agentState } from '../../core/model/state/staff.ts';
import { isFinished } from '../../core/model/state/tasks.ts';
import type { State } from '../../core/model/state.ts';
import { allClosedUntil } from '../../core/money/breaker.ts';
import { creditAdvice } from '../../core/money/credit-advice.ts';
import { countCredits } from '../../core/money/ledger.ts';
import { budgetLine, budgetWaits } from '../../core/money/work-budget.ts';
import { scheduleTurn } from '../../core/turn/schedule.ts';
import { ownerOf } from '../../disk/owner/owner.ts';
import type { TurnReport, VisitReport } from '../../engine/log/report.ts';
import { keyFaults } from '../../engine/search/keys.ts';
import type { Engine } from '../../engine/turn/engine.ts';
import { type RunOptions, type RunReport, run as runTurns } from '../../engine/turn/run.ts';
import { inCredits } from '../../schema/amount.ts';
import { FAULTS, type Fault, printFault } from '../../schema/fault.ts';
import type { TaskStatus } from '../../schema/records/task.ts';
import { countNeeds, type NeedCounts, NO_NEEDS, printNeeds, starvedIn } from '../../views/org/needs.ts';
import { type OwedAnswer, owedAnswers, printOwed } from '../../views/org/owed.ts';
import { count } from '../../views/text/table.ts';
import { barFor } from '../bar.ts';
import type { Flag, Outcome } from '../command.ts';
import type { World } from '../world.ts';
import { RunProgress } from './progress.ts';

/** The options of `run`, `run-once` and `step`. */
export interface TurnsOptions extends Pick<RunOptions, 'turns' | 'untilIdle' | 'maxCost' | 'only' | 'step'> {
  /** How many calls run at the same time, instead of `limits.concurrency`. */
  concurrency?: number;
  /** The owner lets programs run without a sandbox. */
  unsafeHost?: boolean;
  /** Checks every byte of the journal first. */
  verify?: boolean;
}

type EndOfTask = Extract<TaskStatus, 'completed' | 'failed' | 'skipped' | 'cancelled'>;

/** The data of `lemming run --json`; the design defines the first fields. Amounts are credits. */
export interface RunResult {
  turn: number;
  turns: number;
  visits: VisitReport[];
  /** Tasks that ended in the run, and all that are open. */
  tasks: Record<EndOfTask | 'open', number>;
  spent: number;
  idle: boolean;
  end: RunReport['end'];
  /** Repairs after an earlier run. */
  recovered: readonly string[];
  conflicts: TurnReport['conflicts'];
  unplaced: Pick<Unplaced, 'id' | 'path' | 'kept' | 'detail'>[];
  faults: Fault[];
  needs: NeedCounts;
  /** Answers that agents owe. */
  owed: OwedAnswer[];
}

/** The option of `run`, `run-once` and `step` for machines without a sandbox. */
export const UNSAFE_HOST = {
  name: 'unsafe-host',
  about: "if there is no sandbox, run agents' programs with your rights; org.yaml must also say `sandbox: unsafe-host`",
  right: 'owner',
} as const satisfies Flag;

export function wantsUnsafeHost({ flags }: { flags: { 'unsafe-host'?: true | undefined } }): { unsafeHost?: true } {
  return flags['unsafe-host'] ? { unsafeHost: true } : {};
}

/** Makes turns, says a line for each on stderr, and sums up: what happened, what it cost, what waits for the person. */
export function makeTurns(world: World, verb: string, wish: TurnsOptions): Promise<Outcome<RunResult>> {
  const { concurrency, unsafeHost = false, verify = false, ...run } = wish;
  return withEngine({ ...placeOf(world, concurrency), unsafeHost, verify }, verb, async (engine, clock) => {
    const teller = new RunProgress(world, engine);
    const bar = barFor(world, 'turns');
    const before = engine.state.clock.turn;
    const report = await runTurns(engine, clock, {
      ...run,
      ...(world.stays && { stays: world.stays }),
      signal: world.signal,
      told: (turn) => {
        teller.tell(turn);
        if (run.turns !== undefined) bar(turn.turn - before, run.turns);
      },
    });
    return outcomeOf(world, engine, report, teller);
  });
}

function placeOf(world: World, concurrency: number | undefined): OrgPlace {
  const env = concurrency === undefined ? world.env : { ...world.env, LEMMING_LIMITS_CONCURRENCY: `${concurrency}` };
  return { machine: world.machine, root: world.root, env, say: (line) => world.say(line) };
}

async function outcomeOf(
  world: World,
  engine: Engine,
  report: RunReport,
  teller: RunProgress,
): Promise<Outcome<RunResult>> {
  const { seat } = world;
  const { reports, spent, idle, end } = report;
  const visits = reports.flatMap((turn) => turn.visits);
  const failing = end === 'failing' || (end === 'turns' && engine.idle() === 'failing');
  const blamed = blamedModels(engine, report, failing);
  const keys = blamed ? keyFaults(blamed, ownerOf(world)) : []; // nobody approved where these keys would be sent
  const missing = blamed ? (await import('../key-hints.ts')).missingKeyLines(world, blamed) : [];
  const person = seat?.person ?? (engine.knownConfig ? personIn(engine.knownConfig) : undefined);
  const needs = neededIn(world, engine, person, teller);
  const data = {
    turn: engine.state.clock.turn,
    turns: report.turns,
    visits: visits.map((visit) => ({ ...visit, cost: inCredits(visit.cost) })),
    tasks: countTasks(report.tasks, engine.state),
    spent: inCredits(spent),
    idle,
    end,
    recovered: engine.recovered,
    conflicts: reports.flatMap((turn) => turn.conflicts),
    unplaced: reports.flatMap((turn) =>
      turn.unplaced.map(({ id, path, kept, detail }) => ({ id, path, kept, detail })),
    ),
    faults: [...teller.faults, ...keys],
    needs,
    owed: engine.knownConfig ? owedAnswers(engine.knownConfig, engine.state) : [],
  };
  const text = [sumUp(engine, person, report, failing, data), ...keys.map(printFault), ...missing].join('\n');
  return {
    data,
    text,
    exit: report.end !== 'interrupted' && keys[0] ? FAULTS.untrusted.exit : exitOf(engine, report, failing),
  };
}

/** The models of agents with failed visits, or of all agents if the providers fail. */
function blamedModels({ knownConfig }: Engine, { failed }: RunReport, failing: boolean): Config | null {
  if (!knownConfig || (failed.size === 0 && !failing)) return null;
  const agents = failing ? [...knownConfig.agents.keys()] : [...failed];
  const wanted = new Set(agents.flatMap((name) => knownConfig.agents.get(name)?.model ?? []));
  return { ...knownConfig, models: new Map([...knownConfig.models].filter(([name]) => wanted.has(name))) };
}

/** The exit code of a run: the first that applies. */
function exitOf(
  { state }: Engine,
  { end, turns, called, blamed, failed, unpaid, tasks }: RunReport,
  failing: boolean,
): number {
  if (end === 'interrupted') return 130;
  if (end === 'paused' && called === 0) return 0;
  if (failing || (called > 0 && called === blamed)) return 8;
  if (end === 'max-cost' || unpaid.size > 0 || starvedIn(state).length > 0 || budgetWaits(state).length > 0) return 7;
  const isLost = [...tasks.values()].some((status) => status === 'failed' || status === 'skipped');
  return failed.size > 0 || isLost || state.dead.gaveUp > state.clock.turn - turns ? 1 : 0;
}

/** The present status of tasks that changed in the run; `open`: all that are not finished. */
function countTasks(tasks: RunReport['tasks'], { tasks: { assigned, unassigned } }: State): RunResult['tasks'] {
  const counts = { completed: 0, failed: 0, skipped: 0, cancelled: 0, open: unassigned.size };
  for (const status of tasks.values()) if (isEnd(status)) counts[status]++;
  for (const ids of assigned.values()) counts.open += ids.size;
  return counts;
}

function isEnd(status: TaskStatus): status is EndOfTask {
  return isFinished(status);
}

/** `Tasks: 3 completed, 1 failed, 2 open`; nothing without tasks. */
function printTaskCounts(counts: RunResult['tasks']): string {
  const parts = Object.entries(counts).flatMap(([status, n]) => (n > 0 ? [`${n} ${status}`] : []));
  return parts.length > 0 ? `Tasks: ${parts.join(', ')}` : '';
}

/** Tasks that wait for a budget. */
function budgetLines({ config, state }: Engine): string[] {
  return budgetWaits(state).map(({ task, short }) => budgetLine(config, state, task, task.need as number, short));
}

function starvedLine({ config, state }: Engine, name: string): string {
  return `${name} is out of credits, and its mail waits: ${creditAdvice(config, state, name)}`;
}

function sumUp(
  engine: Engine,
  person: string | undefined,
  { turns, called, sent, spent, end, tasks }: RunReport,
  failing: boolean,
  { needs, owed }: Pick<RunResult, 'needs' | 'owed'>,
): string {
  const { state } = engine;
  const ending = failing ? ENDINGS.failing : ENDINGS[end];
  const lines = [
    `${count(turns, 'turn')}, ${count(called, 'visit')}, ${count(sent, 'message')} sent, ${countCredits(spent)} spent${ending}`,
    printTaskCounts(countTasks(tasks, state)),
    state.staff.paused ? 'The organisation is paused. Run lemming resume to continue' : '',
    failing ? failingLines(engine) : '',
    starvedIn(state)
      .map((name) => starvedLine(engine, name))
      .join('\n'),
    ...budgetLines(engine),
    waitingLines(engine, person, needs),
    ...printOwed(owed),
    sent === 0
      ? 'lemming status shows the state of each agent'
      : 'Read the messages with lemming history, or in agents/*/outbox/',
  ];
  return lines.filter(Boolean).join('\n');
}

/** The most agents with failing providers that are named. */
const NAMED = 5;

/** Who waits for a failing provider, why, and how to try it again. */
function failingLines({ state, knownConfig }: Engine): string {
  if (!knownConfig) return '';
  const left = scheduleTurn(knownConfig, state, state.clock.turn + 1).filter(({ failing }) => failing);
  const lines = left.slice(0, NAMED).map(({ agent, why }) => {
    const { lastReason } = agentState(state.staff, agent);
    const until = allClosedUntil(knownConfig, state, knownConfig.agents.get(agent)?.model ?? []);
    return `${agent} waits for its provider (${lastReason})${until === null ? remedyFor(lastReason) : `: ${why}`}`;
  });
  if (left.length > NAMED) lines.push(`${left.length - NAMED} more wait for the same reason: lemming status`);
  return [...lines, NEXT_RUN].join('\n');
}

/** What a person can do about the failure with which a reason begins. */
function remedyFor(reason: string): string {
  const [failure = ''] = reason.split(':', 1);
  return Object.hasOwn(REMEDIES, failure) ? `. ${REMEDIES[failure as keyof typeof REMEDIES]}` : '';
}
const REMEDIES = {
  auth: 'Set or replace its key',
  'too-long': 'It refuses whatever it is given: let it take longer prompts, or name another model in the resume',
  refused: 'It refuses whatever it is given: name another model in the resume',
  'bad-request': 'Correct the model in org/models.yaml, or name another one in the resume',
};
const NEXT_RUN =
  'lemming health --providers asks each service whether it works. The next lemming run tries each of these agents once, unless its service asked for a pause';

const ENDINGS: Record<RunReport['end'], string> = {
  turns: '',
  paused: '. The organisation is paused',
  idle: '. No agent is due',
  failing: '. The providers of all agents that are still due keep failing',
  interrupted: '. Stopped as you asked, after the turn was finished',
  'max-cost': '. Stopped at --max-cost; the remaining mail waits for the next run',
  'max-turns': '. Stopped at clock.max_turns in org/org.yaml',
};

/** In an organisation without a turn, nothing is known. */
function neededIn(
  { machine, root }: World,
  { state, knownConfig }: Engine,
  person: string | undefined,
  { faults }: RunProgress,
): NeedCounts {
  if (!knownConfig || person === undefined) return NO_NEEDS;
  return countNeeds(knownConfig, state, person, faults, deletedSince(machine.disk(root), state).length);
}

/** What the person should look at next. */
function waitingLines({ state }: Engine, person: string | undefined, needs: NeedCounts): string {
  const notices = person === undefined ? 0 : noticeLines(agentState(state.staff, person).notices).length;
  const told = notices > 0 ? `${count(notices, 'notice')}: lemming inbox, then lemming read notices` : '';
  return [printNeeds(needs), told].filter(Boolean).join('\n');
}
