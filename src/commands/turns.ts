import { printCredits } from '../core/ledger.ts';
import { peopleOf } from '../core/settle.ts';
import { agentState, inboxOf, type State } from '../core/state.ts';
import type { Engine } from '../engine/engine.ts';
import { type Place, withEngine } from '../engine/open.ts';
import { type RunReport, type RunWish, run as runTurns } from '../engine/run.ts';
import { count } from '../views/table.ts';
import type { Outcome, World } from './command.ts';
import { Teller } from './progress.ts';

/** What `run`, `run-once` and `step` ask for. */
export interface TurnsWish extends Pick<RunWish, 'turns' | 'untilIdle' | 'maxCost' | 'only' | 'step'> {
  /** Provider calls at the same time, instead of `limits.concurrency`. */
  concurrency?: number;
}

/** Makes turns, says a line for each on stderr, and sums up: what happened, what it cost, what waits for the person. */
export function makeTurns(world: World, verb: string, wish: TurnsWish): Promise<Outcome> {
  const { concurrency, ...run } = wish;
  return withEngine(placeOf(world, concurrency), verb, async (engine, clock) => {
    const teller = new Teller(world, engine);
    const report = await runTurns(engine, clock, {
      ...run,
      signal: world.signal,
      told: (turn) => teller.tell(turn),
    });
    return outcomeOf(engine, report, teller);
  });
}

function placeOf(world: World, concurrency: number | undefined): Place {
  const env = concurrency === undefined ? world.env : { ...world.env, LEMMING_LIMITS_CONCURRENCY: `${concurrency}` };
  return { root: world.root, env };
}

function outcomeOf(engine: Engine, report: RunReport, teller: Teller): Outcome {
  const { reports, spent, idle, end } = report;
  const visits = reports.flatMap((turn) => turn.visits);
  const failing = end === 'failing' || (end === 'turns' && engine.idle() === 'failing');
  const data = {
    turn: engine.state.turn,
    turns: report.turns,
    visits: visits.map((visit) => ({ ...visit, cost: visit.cost / 1e6 })),
    spent: spent / 1e6,
    idle,
    end,
    recovered: engine.recovered,
    conflicts: reports.flatMap((turn) => turn.conflicts),
    faults: teller.faults,
  };
  return { data, text: sumUp(engine, report, failing), exit: exitOf(engine, report, failing) };
}

/** The exit code of a run, the first that applies. */
function exitOf({ state }: Engine, { end, turns, called, blamed, failed }: RunReport, failing: boolean): number {
  if (end === 'interrupted') return 130;
  if (failing || (called > 0 && called === blamed)) return 8;
  if (end === 'max-cost' || starvedIn(state).length > 0) return 7;
  return failed.size > 0 || buriedSince(state, state.turn - turns) ? 1 : 0;
}

/** Agents whose mail waits because they have no credits. */
function starvedIn(state: State): string[] {
  const waits = (name: string) => inboxOf(state, name).some((mail) => mail.kind !== 'notice');
  return [...state.inbox.keys()].filter((name) => agentState(state, name).starved && waits(name));
}

function starvedLine(name: string): string {
  return `${name} is out of credits and its mail waits: lemming top-up ${name} CREDITS`;
}

/** A message was given up after that turn. */
function buriedSince(state: State, turn: number): boolean {
  return [...state.dead.values()].some((dead) => dead.reason === 'attempts' && dead.turn > turn);
}

function sumUp(engine: Engine, { turns, called, sent, spent, end }: RunReport, failing: boolean): string {
  const { state } = engine;
  const ending = failing ? ENDINGS.failing : ENDINGS[end];
  const lines = [
    `${count(turns, 'turn')}, ${count(called, 'visit')}, ${count(sent, 'message')} sent, ${printCredits(spent)} credits spent${ending}`,
    state.paused ? 'The organisation is paused: lemming resume' : '',
    starvedIn(state).map(starvedLine).join('\n'),
    waitingLine(engine),
    sent === 0 ? 'lemming status shows how everyone is' : 'What was written: agents/*/outbox/ and lemming history',
  ];
  return lines.filter(Boolean).join('\n');
}

const ENDINGS: Record<RunReport['end'], string> = {
  turns: '',
  idle: '. Nobody is due any more',
  failing: '. Only agents whose provider keeps failing are left: lemming status',
  interrupted: '. Stopped as you asked; the turn was finished',
  'max-cost': '. Stopped at --max-cost; the mail waits for another run',
  'max-turns': '. Stopped at clock.max_turns of org/org.yaml',
};

/** What the person should look at next. */
function waitingLine(engine: Engine): string {
  const { state, config } = engine;
  const person = config && peopleOf(config)[0];
  if (!person) return '';
  const mail = inboxOf(state, person).length;
  const notices = agentState(state, person).notices.length;
  const open = [...state.approvals.values()].filter((approval) => approval.answer === null).length;
  return [
    mail + notices > 0
      ? `${[mail && count(mail, 'message'), notices && count(notices, 'notice')].filter(Boolean).join(' and ')} for ${person}: lemming inbox`
      : '',
    open > 0 ? `${count(open, 'act')} to approve or deny: lemming approvals` : '',
  ]
    .filter(Boolean)
    .join('\n');
}
