/** What the freeze of a turn does to runs: begins those that are asked for or due, does what people ask, and takes all of them on. */
import { copyWith } from '../../../schema/copy.ts';
import { cut } from '../../../schema/print.ts';
import type { RunRequest } from '../../../schema/records/request.ts';
import { heldOf } from '../../approvals/approval.ts';
import { printApproval } from '../../approvals/approval-text.ts';
import { type Config, isPersonIn, peopleOf, type Workflow } from '../../model/config.ts';
import type { Effect, Entry } from '../../model/entry.ts';
import { textHash } from '../../model/hash.ts';
import { isOver, type RunState } from '../../model/runs/run.ts';
import { archivableRuns, isOfRun } from '../../model/runs/runs.ts';
import { isFinished, type Task } from '../../model/state/tasks.ts';
import type { State } from '../../model/state.ts';
import type { TaskRecord } from '../../tasks/record.ts';
import { tooManyTasks } from '../../tasks/stage.ts';
import { whyNoTask } from '../../tasks/valid.ts';
import { nearestTo } from '../../text/nearest.ts';
import { type AdvancedRun, advance } from '../run/advance.ts';
import { beginRun } from '../run/begin.ts';
import { budgetRun, type CommandedRun, cancelRun, pauseRun, resumeRun, retryRun, undoRun } from '../run/commands.ts';
import { allWork } from '../run/draft.ts';
import type { RunFacts, TaskFact, TaskToMake } from '../run/facts.ts';
import { printRun, runPath } from '../run/page.ts';
import { factsFor, type RunsPresent } from './facts.ts';
import { runLine } from './line.ts';
import { questionOfRun, taskOf } from './make.ts';

/** What begins a run. */
interface Beginning {
  workflow: string;
  inputs: RunState['inputs'];
  owner: string;
  key: string | null;
  budget: number | null;
  hops: number;
  tainted: boolean;
  mail: RunState['mail'];
}

/** Whether a freeze has nothing to do with runs. */
export function hasNoRuns({ runs }: State): boolean {
  return runs.all.size === 0 && runs.asked.length === 0 && runs.due.length === 0;
}

/**
 * Begins runs, does what people ask of them, and takes each as far as it can go in this turn. Tasks are added to `record`. While the
 * organisation is paused only what people ask is done. Pure.
 */
export function runEffects(config: Config, state: State, record: TaskRecord, lines: readonly Entry[]): Effect[] {
  if (hasNoRuns(state)) return [];
  const runs = new RunsOfTurn(config, state, record);
  for (const line of lines) if (line.k === 'run-file') runs.putBack(line);
  for (const ask of state.runs.asked) runs.do(ask);
  for (const line of lines) if (line.k === 'run-due') runs.tellOwner(line.workflow, line.notices);
  if (!state.staff.paused) {
    for (const due of state.runs.due) runs.beginDue(due);
    runs.advanceAll();
  }
  return [...runs.effects(), ...runs.archived()];
}

/** The runs as a freeze has them so far. */
class RunsOfTurn {
  private readonly config: Config;
  private readonly state: State;
  private readonly record: TaskRecord;
  private readonly turn: number;
  private readonly own: RunsPresent['runs'];
  /** Runs that changed, in the order in which they first did. */
  private readonly changed = new Set<string>();
  private readonly others: Effect[] = [];
  /** Run → what a person made of its file. */
  private readonly found = new Map<string, string | null>();
  /** Run → how many tasks and questions it has got in this turn. */
  private readonly numbers = new Map<string, number>();

  constructor(config: Config, state: State, record: TaskRecord) {
    this.config = config;
    this.state = state;
    this.record = record;
    this.turn = record.turn;
    const { all, keys, undos } = state.runs;
    this.own = { all: new Map(all), keys: new Map(keys), undos: new Map(undos) };
  }

  private get present(): RunsPresent {
    const { config, state, record, own: runs, turn } = this;
    return { config, state, tasks: record.tasks, runs, turn };
  }

  /** The file of a run tells how it stands; people change a run by commands. */
  putBack({ id, by, found }: Extract<Entry, { k: 'run-file' }>): void {
    const kept = found === null ? 'The file is back.' : 'Your text is kept beside it, with .conflict in its name.';
    const how = `the engine writes the file of a run. lemming workflow cancel, pause, resume, retry-from, budget and undo change the run`;
    this.found.set(id, found);
    this.changed.add(id);
    const text = `${runPath(id)} was not changed: ${how}. ${kept}`;
    this.others.push({ k: 'notice', to: by, about: 'edit', text, of: `run ${id}` });
  }

  /** Does what a person asks; who asked is told why it was not done. */
  do(ask: RunRequest): void {
    const why = ask.ask === 'run' ? this.command(ask) : this.beginAsked(ask);
    const id = ask.ask === 'run' ? ask.id : ask.run;
    const verb = ask.ask === 'run' ? ask.do : 'run';
    this.others.push(askedLine(this.turn, { by: ask.by, do: verb, id }, why));
    if (why === null) return;
    const text = `lemming workflow ${VERBS[verb]} ${ask.ask === 'run' ? id : ask.workflow} was not done: ${why}`;
    this.others.push({ k: 'notice', to: ask.by, about: 'task', text, of: `run ${id}` });
  }

  private beginAsked(ask: AskedRun<'run-workflow'>): string | null {
    const { workflow, run, inputs, by } = ask;
    const { budget = null, key = null } = ask;
    if (key !== null && this.present.runs.keys.has(key)) return this.sameAgain(key, workflow);
    if (this.runNamed(run)) return `there is a run ${run} already`;
    return this.begin(run, { workflow, inputs, owner: by, key, budget, hops: 0, tainted: false, mail: null });
  }

  /** The key is taken: by a run of the same workflow, which is well, or of another one. */
  private sameAgain(key: string, workflow: string): string | null {
    const { keys } = this.present.runs;
    const { id, workflow: its } = this.runNamed(keys.get(key) as string) as RunState;
    return its === workflow ? null : `the key ${JSON.stringify(key)} belongs to ${id}, a run of ${its}`;
  }

  /** Tells the owner of a workflow something about its triggers. */
  tellOwner(workflow: string, texts: readonly string[]): void {
    for (const text of texts) this.notice(this.ownerOf(workflow), `workflow ${workflow}`, text);
  }

  /** Of a workflow with triggers. */
  private ownerOf(workflow: string): string {
    return (this.config.workflows.get(workflow) as Workflow).file.owner as string;
  }

  /** Begins a run that a trigger of its workflow wants. */
  beginDue({ workflow, key, inputs, mail, hops, tainted }: State['runs']['due'][number]): void {
    const owner = this.ownerOf(workflow);
    const id = this.freeId(workflow);
    const why = this.begin(id, { workflow, inputs, owner, key, budget: null, hops, tainted, mail });
    this.others.push(askedLine(this.turn, { by: owner, do: 'run', id, due: true }, why));
    if (why !== null) this.tellPeople(workflow, `A run of ${workflow} did not begin: ${why}`);
  }

  private begin(id: string, beginning: Beginning): string | null {
    const { workflow, inputs, owner, key, budget, hops, tainted, mail } = beginning;
    const { config, turn, state } = this;
    const found = config.workflows.get(workflow);
    if (!found) {
      const { nearest } = nearestTo(workflow, config.workflows.keys());
      return `there is no valid workflow ${workflow}${nearest === undefined ? '' : `: did you mean ${nearest}?`}`;
    }
    if (!config.agents.has(owner)) return `${owner} is not in the organisation`;
    const { runs: most } = config.org.limits;
    if (this.open().length >= most) return `${most} runs are open, which is the most`;
    if (hops > config.org.limits.hops) return `it has passed through ${hops - 1} agents without a person`;
    const { file, text } = found;
    const at = { turn, time: state.clock.time };
    const begun = beginRun(copyWith({ id, workflow, text, file, inputs, owner, mail, key, budget, hops, tainted }, at));
    if ('flaws' in begun) return begun.flaws.map(({ message }) => message).join('; ');
    this.set(begun.run);
    return null;
  }

  /** A run as the freeze has it so far, or as it lies in the archive. */
  private runNamed(id: string): RunState | undefined {
    return this.present.runs.all.get(id) ?? this.state.runs.past.get(id);
  }

  private open(): RunState[] {
    const ids = new Set([...this.state.runs.open, ...this.changed]);
    return [...ids].map((id) => this.present.runs.all.get(id) as RunState).filter(({ status }) => !isOver(status));
  }

  /** `release-12`, or with a number behind it. No agent has that name: the ids of tasks would be the same. */
  private freeId(workflow: string): string {
    return freeRunId(this.config, (id) => this.runNamed(id) !== undefined, workflow, this.turn);
  }

  private command(ask: AskedRun<'run'>): string | null {
    const { id, by } = ask;
    const run = this.runNamed(id);
    if (!run) return 'there is no such run';
    const at = { turn: this.turn, time: this.state.clock.time };
    const done = commandedBy(run, ask, at);
    if ('why' in done) return done.why;
    this.set(done.run);
    for (const key of done.cancel) this.stop(key, by, `${by} asked for it`);
    return null;
  }

  /** Takes on all open runs, again and again while one changes another. */
  advanceAll(): void {
    for (let round = 0; round < ROUNDS; round++) {
      let isChanged = false;
      for (const { id } of this.open()) {
        const run = this.present.runs.all.get(id) as RunState; // as the ones before it left it
        if (!isOver(run.status)) isChanged = this.advance(run) || isChanged;
      }
      if (!isChanged) return;
    }
  }

  /** Whether anything follows of it for others. */
  private advance(run: RunState): boolean {
    const first = this.withTaint(run);
    let facts: RunFacts = factsFor(this.present, first);
    let current = first;
    let isChanged = false;
    for (;;) {
      const advanced: AdvancedRun = advance(current, facts);
      current = advanced.run;
      const { make, ask, cancel, notices } = advanced;
      this.set(current);
      for (const key of cancel) this.stop(key, 'the engine', `its run ${run.id} no longer needs it`);
      for (const question of ask)
        this.others.push(...questionOfRun(this.config, current, question, this.at(`${run.id} asks`)));
      for (const { to, text } of notices) this.tell(current, to, text);
      const refused = make.flatMap((one) => this.make(current, one) ?? []);
      isChanged ||= make.length + cancel.length > 0 || current.status !== first.status;
      if (refused.length === 0) return isChanged;
      facts = copyWith(facts, { tasks: [...facts.tasks, ...refused] });
    }
  }

  /** What a tainted agent made of a step may be in what the next ones are told. */
  private withTaint(run: RunState): RunState {
    if (run.tainted) return run;
    const { tainted } = this.state.rights;
    const isTainted = allWork(run).some(({ work }) => {
      const task = this.record.get(this.record.tasks.keys.get(work.key) ?? '');
      return task !== undefined && (task.tainted === true || (task.assignee !== null && tainted.has(task.assignee)));
    });
    return isTainted ? copyWith(run, { tainted: true }) : run;
  }

  /** Makes what a run wants; what cannot be made has failed. */
  private make(run: RunState, wanted: TaskToMake): TaskFact | null {
    if (wanted.kind === 'task') return refusedFact(wanted.key, this.makeTask(run, wanted));
    if (wanted.kind === 'run') {
      const { workflow, inputs, key } = wanted;
      const { owner, hops, tainted } = run;
      const id = this.freeId(workflow);
      return refusedFact(
        key,
        this.begin(id, { workflow, inputs, owner, key, budget: null, hops, tainted, mail: null }),
      );
    }
    return this.makeUndo(run, wanted);
  }

  private makeTask(run: RunState, wanted: Extract<TaskToMake, { kind: 'task' }>): string | null {
    const { config, record } = this;
    const task: Task = taskOf(run, wanted, copyWith(this.at(run.id), { since: this.state.clock.time }));
    const why = tooManyTasks(config, record.tasks, task) ?? whyNoTask(config, record.tasks, null, task, run.owner);
    if (why === null) record.add(task, wanted.body, run.owner);
    return why;
  }

  private makeUndo(run: RunState, { key, of }: Extract<TaskToMake, { kind: 'undo' }>): null {
    const { runs } = this.present;
    const child = this.runNamed(of);
    if (child) {
      const done = undoRun(child, `run ${run.id}`, { turn: this.turn, time: this.state.clock.time });
      if ('run' in done) this.set(done.run);
    }
    this.others.push({ k: 'run-undo', turn: this.turn, key, of, by: run.owner });
    runs.undos.set(key, { of, by: run.owner, tries: 1, status: 'running', reason: null });
    return null;
  }

  /** Ends a task, run or question that is not needed any more. */
  private stop(key: string, by: string, why: string): void {
    const { tasks, runs } = this.present;
    const task = this.record.get(tasks.keys.get(key) ?? '');
    if (task && !isFinished(task.status))
      this.record.change(task.id, { status: 'cancelled', reason: why }, by, `cancelled: ${why}`);
    const child = runs.all.get(runs.keys.get(key) ?? '');
    if (child) this.stopRun(child, by);
    const approval = this.state.approvals.pending.get(this.state.runs.questions.get(key) ?? '');
    if (!approval || approval.answer) return;
    const held = heldOf(approval);
    const said = { by: 'nobody', note: why, outcome: 'not done' };
    const text = printApproval(held, copyWith(said, { decision: 'deny' as const }));
    const hash = textHash(approval.text as string);
    const line = { k: 'decided' as const, id: approval.id, decision: 'denied' as const, held, hash, text };
    this.others.push(copyWith(line, said));
  }

  private stopRun(child: RunState, by: string): void {
    const done = cancelRun(child, by, { turn: this.turn, time: this.state.clock.time });
    if ('why' in done) return;
    this.set(done.run);
    for (const key of done.cancel) this.stop(key, by, `its run ${child.id} was cancelled`);
  }

  private tell(run: RunState, to: 'owner' | 'desk', text: string): void {
    if (to === 'desk') this.tellPeople(run.id, text);
    else if (!isOfRun(run)) {
      this.notice(run.owner, `run ${run.id}`, text);
      // no notice makes an agent due: people would never hear of it
      if (run.status !== 'completed' && !isPersonIn(this.config, run.owner)) this.tellPeople(run.id, text);
    }
  }

  private tellPeople(id: string, text: string): void {
    for (const to of peopleOf(this.config)) this.notice(to, `run ${id}`, text);
  }

  private notice(to: string, of: string, text: string): void {
    if (this.config.agents.has(to)) this.others.push({ k: 'notice', to, about: 'task', text: cut(text, 3000), of });
  }

  private at(run: string): { turn: number; n: number } {
    const n = (this.numbers.get(run) ?? 0) + 1;
    this.numbers.set(run, n);
    return { turn: this.turn, n };
  }

  private set(run: RunState): void {
    const { all, keys } = this.present.runs;
    all.set(run.id, run);
    if (run.key !== null) keys.set(run.key, run.id);
    this.changed.add(run.id);
  }

  /** The lines of all that changed, then what follows of it. */
  effects(): Effect[] {
    const { runs, files } = this.state;
    const lines = [...this.changed].flatMap((id) => {
      const run = this.present.runs.all.get(id) as RunState;
      const old = runs.past.get(id);
      const found = this.found.get(id);
      const page = { text: printRun(run), was: found === undefined ? (files.texts.get(runPath(id)) ?? null) : found };
      const more = { kept: found ?? undefined, isPutBack: this.found.has(id), back: old && (true as const) };
      return runLine(this.turn, old ?? runs.all.get(id), run, copyWith(page, more)) ?? [];
    });
    return [...lines, ...this.others];
  }

  /** Ended runs go to the archive when tasks do. What this turn changes stays until the next. */
  archived(): Effect[] {
    const { turn, config, state } = this;
    const older = config.org.tasks.archive_after;
    const ids = older === null ? [] : archivableRuns(state.runs, turn, older);
    return ids.flatMap((id): Effect[] => (this.changed.has(id) ? [] : [{ k: 'run-archived', turn, id }]));
  }
}

/** Rounds in which runs may begin and end each other in one turn. */
const ROUNDS = 100;

type AskedRun<K extends RunRequest['ask']> = Extract<RunRequest, { ask: K }>;

/** Verbs as `lemming workflow` has them. */
const VERBS = {
  run: 'run',
  cancel: 'cancel',
  pause: 'pause',
  resume: 'resume',
  retry: 'retry-from',
  undo: 'undo',
  budget: 'budget',
} as const;

/** What a command makes of a run; or why it may not be. */
export function commandedBy(
  run: RunState,
  { do: verb, by, step, budget }: Pick<AskedRun<'run'>, 'do' | 'by' | 'step' | 'budget'>,
  at: { turn: number; time: number },
): CommandedRun {
  switch (verb) {
    case 'cancel':
      return cancelRun(run, by, at);
    case 'pause':
      return pauseRun(run);
    case 'resume':
      return resumeRun(run);
    case 'undo':
      return undoRun(run, by, at);
    case 'budget':
      return budgetRun(run, budget);
    case 'retry':
      return step === undefined ? { why: 'no step is named' } : retryRun(run, step, at);
  }
}

/** A run with what was asked of it and not done yet, as far as it can be done. */
export function runAsAsked(
  run: RunState,
  asks: readonly { ask: string }[],
  at: { turn: number; time: number },
): RunState {
  return asks.reduce((before, one) => {
    const asked = one as AskedRun<'run'>;
    if (asked.ask !== 'run' || asked.id !== run.id) return before;
    const done = commandedBy(before, asked, at);
    return 'run' in done ? done.run : before;
  }, run);
}

/** The id of a run that begins in that turn: `release-12`, `release-12-2` ... `isTaken`: whether a run has it. */
export function freeRunId(
  { agents }: Pick<Config, 'agents'>,
  isTaken: (id: string) => boolean,
  workflow: string,
  turn: number,
): string {
  const name = `${workflow.slice(0, 40)}-${turn}`;
  for (let n = 1; ; n++) {
    const id = n === 1 ? name : `${name}-${n}`;
    if (!isTaken(id) && !agents.has(id)) return id;
  }
}

function refusedFact(key: string, why: string | null): TaskFact | null {
  if (why === null) return null;
  return { key, id: '', status: 'failed', begun: false, attempts: 0, result: null, reason: why, cost: 0 };
}

function askedLine(
  turn: number,
  fields: Omit<Extract<Effect, { k: 'run-asked' }>, 'k' | 'turn' | 'refused'>,
  why: string | null,
): Effect {
  return copyWith(copyWith({ k: 'run-asked' as const, turn }, fields), why === null ? {} : { refused: why });
}
