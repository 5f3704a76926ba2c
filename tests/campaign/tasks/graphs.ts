import { apply } from '../../../src/core/journal/apply.ts';
import { KINDS } from '../../../src/core/journal/kinds.ts';
import { inboxOfVisit } from '../../../src/core/mail/inbox.ts';
import type { JsonObject } from '../../../src/core/model/call.ts';
import { type Config, inChartOrder } from '../../../src/core/model/config.ts';
import type { Entry } from '../../../src/core/model/entry.ts';
import { parseState, serializeState } from '../../../src/core/model/state/pieces.ts';
import { agentState } from '../../../src/core/model/state/staff.ts';
import { isUnbegun, type Task } from '../../../src/core/model/state/tasks.ts';
import { emptyState, type State } from '../../../src/core/model/state.ts';
import { emptyDraft } from '../../../src/core/model/tool.ts';
import type { Finished } from '../../../src/core/model/visit.ts';
import { TaskEdits } from '../../../src/core/tasks/edit.ts';
import { patchTask, printTask, TASK_FIELDS, taskIdOf, taskPath } from '../../../src/core/tasks/file.ts';
import { settleTasks } from '../../../src/core/tasks/settle.ts';
import { workFor } from '../../../src/core/tasks/work.ts';
import { frozenEffects } from '../../../src/core/turn/frozen.ts';
import { judge } from '../../../src/core/turn/judge.ts';
import { idleness, scheduleTurn } from '../../../src/core/turn/schedule.ts';
import { settle } from '../../../src/core/turn/settle.ts';
import { TASK_VERBS } from '../../../src/schema/records/request.ts';
import type { TaskFields } from '../../../src/schema/records/task.ts';
import { TOOLS } from '../../../src/tools/all.ts';
import { asked, intent, opened, replied, TASK } from '../../core/entries.ts';
import { configOf, letter, resumeOf } from '../../core/world.ts';
import { Laws } from './laws.ts';

/** Numbers by chance, the same ones for the same seeds. */
class Dice {
  private at: number;

  constructor(...seeds: (number | string)[]) {
    this.at = 2166136261;
    for (const char of seeds.join(' ')) this.at = Math.imul(this.at ^ char.charCodeAt(0), 16777619);
  }

  /** 0 to sides - 1. */
  roll(sides: number): number {
    this.at = (this.at + 0x6d2b79f5) | 0;
    let x = Math.imul(this.at ^ (this.at >>> 15), 1 | this.at);
    x ^= x + Math.imul(x ^ (x >>> 7), 61 | x);
    return ((x ^ (x >>> 14)) >>> 0) % sides;
  }

  of<T>(some: readonly T[]): T {
    return some[this.roll(some.length)] as T;
  }

  /** Once in so many. */
  once(sides: number): boolean {
    return this.roll(sides) === 0;
  }
}

/** Organisations with so many agents: each may write to the next three and to the person. */
const CONFIGS = new Map(
  [1, 2, 5, 16, 64].map((count) => {
    const names = Array.from({ length: count }, (_, i) => `a${i}`);
    const ring = (i: number) =>
      [1, 2, 3].map((by) => names[(i + by) % count] as string).filter((to) => to !== names[i]);
    const edges = Object.fromEntries(names.map((name, i) => [name, ['human', ...ring(i)]]));
    const tools = ['create_task'];
    return [
      count,
      configOf({
        edges: { human: names, ...edges },
        resumes: Object.fromEntries(names.map((name, i) => [name, { tools, capabilities: ['any', `c${i % 3}`] }])),
      }),
    ];
  }),
);

/** The same without one of the agents. */
function without(config: Config, name: string): Config {
  const agents = new Map(config.agents);
  agents.delete(name);
  return { ...config, agents, order: config.order.filter((one) => one !== name) };
}

/** A file of a task as it lies in the folder, and what it says. */
interface TaskPage {
  text: string;
  fields: TaskFields;
}

/** A kill: in which turn, and whether the state was kept before. The turn is made again from its lines. */
interface Kill {
  turn: number;
  isKept: boolean;
}

/** What becomes of a random graph of so many tasks. The core alone: nothing is read or written. */
export class GraphStory {
  readonly lines: Entry[] = [];
  readonly laws = new Laws();
  state: State = emptyState();
  private readonly seed: number;
  private readonly size: number;
  private readonly whole: Config;
  private config: Config;
  /** Id → the file of the task, and earlier forms of it, the latest first. */
  private readonly folder = new Map<string, TaskPage>();
  private readonly earlier = new Map<string, TaskPage[]>();
  private readonly kills: Kill[];
  private turn = 0;
  private time = 0;
  /** Turns in which people do something. */
  private readonly busy: number;

  constructor(seed: number) {
    const dice = new Dice('story', seed);
    this.seed = seed;
    this.size = Math.floor(1000 ** (dice.roll(1001) / 1000));
    this.whole = CONFIGS.get(dice.of([...CONFIGS.keys()])) as Config;
    this.config = this.whole;
    this.busy = dice.roll(12);
    this.kills = Array.from({ length: dice.roll(3) }, () => ({ turn: 1 + dice.roll(12), isKept: dice.once(2) }));
  }

  /** Plays until nothing is left to do. Returns what was wrong, in words. */
  play(): string[] {
    this.plan();
    for (;;) {
      this.makeTurn();
      if (this.turn > this.busy && idleness(this.config, this.state) === 'idle') break;
      if (this.turn > 40 * this.size + 200) return [`turn ${this.turn}: it does not end`];
    }
    this.laws.end(this.config, this.state, this.lines);
    if (JSON.stringify(serializeState(this.fold())) !== JSON.stringify(serializeState(this.state)))
      this.laws.wrong.push('the lines give another state');
    for (const [id, { text }] of this.folder)
      if (this.state.files.texts.get(taskPath(id)) !== text) this.laws.wrong.push(`${id}: another text in the folder`);
    return this.laws.wrong;
  }

  /** The tasks that people write before anything runs. */
  private plan(): void {
    const dice = new Dice('plan', this.seed);
    const shape = dice.of(['wide', 'any', 'near', 'chain', 'fan'] as const);
    for (let n = 0; n < this.size; n++) {
      const count = shape === 'wide' ? dice.roll(2) : shape === 'chain' ? 1 : dice.roll(4);
      const from = shape === 'near' || shape === 'chain' ? Math.max(0, n - 4) : 0;
      const some = Array.from({ length: n === 0 ? 0 : count }, () => from + dice.roll(n - from));
      if (shape === 'fan' && n > 0) some.push(0);
      if (shape === 'fan' && n === this.size - 1) for (let i = 1; i < Math.min(n, 90); i++) some.push(i);
      const needs = [...new Set(some)].map((need) => `t${need}`);
      const parent = n > 0 && dice.once(8) ? `t${dice.roll(n)}` : null;
      this.save(`t${n}`, this.newFields(dice, `T${n}`, needs, parent));
    }
  }

  private newFields(dice: Dice, title: string, needs: string[], parent: string | null): TaskFields {
    const who = dice.of(['assignee', 'capability', 'nobody', 'assignee', 'capability'] as const);
    const fields = Object.fromEntries(TASK_FIELDS.map((field) => [field, TASK[field]])) as unknown as TaskFields;
    return {
      ...fields,
      title,
      status: 'pending',
      assignee:
        who === 'assignee'
          ? (dice.of(this.whole.order.filter((name) => name !== 'human' || dice.once(9))) ?? null)
          : null,
      capability: who === 'capability' ? dice.of(['any', 'c0', 'c1', 'c2', ...(dice.once(20) ? ['none'] : [])]) : null,
      needs,
      waived: needs.filter(() => dice.once(15)),
      priority: dice.of(['normal', 'normal', 'low', 'high', 'urgent'] as const),
      priority_from: dice.once(10) ? 'inherit_max' : 'fixed',
      retries: dice.roll(3),
      deadline: dice.once(25) ? dice.of(['6 turns', '30 turns', '2h', '1d']) : null,
      budget: dice.once(25) ? 1 + dice.roll(300) : null,
      parent,
      key: dice.once(12) ? `key ${dice.roll(20)}` : null,
    };
  }

  /** A person saves a new file. */
  private save(id: string, fields: TaskFields): void {
    this.lay(id, { text: printTask(fields, 'Do it.', []), fields });
  }

  private lay(id: string, page: TaskPage): void {
    this.folder.set(id, page);
    this.earlier.set(id, [page, ...(this.earlier.get(id) ?? [])].slice(0, 3));
  }

  private makeTurn(): void {
    this.turn++;
    const dice = new Dice('turn', this.seed, this.turn);
    this.time += dice.once(30) ? dice.of([-86_400_000, 86_400_000, 3_600_000]) : 60_000;
    const first = this.lines.length;
    const isBusy = this.turn <= this.busy;
    if (isBusy) this.meddle(dice);
    if (isBusy && dice.once(6))
      this.config = dice.once(2) ? this.whole : without(this.whole, dice.of(this.whole.order.slice(1)) ?? '');
    this.freeze(isBusy ? this.requests(dice) : []);
    const from = this.lines.length;
    const kill = this.kills.find(({ turn }) => turn === this.turn);
    if (kill) this.add(this.visits());
    const lost = kill && this.lines.slice(from);
    if (kill) this.restart(kill, from);
    if (isBusy && dice.once(3)) this.meddle(dice); // an editor saves while the turn is made
    const effects = this.visits();
    this.laws.took(this.turn, effects, this.state.money.visits);
    this.add(effects);
    if (lost && JSON.stringify(lost) !== JSON.stringify(this.lines.slice(from)))
      this.laws.wrong.push(`turn ${this.turn}: made again, it came to something else`);
    this.materialise(first);
  }

  /** What was made of the turn after its freeze is lost; the state is made again from the lines. */
  private restart({ isKept }: Kill, from: number): void {
    this.lines.length = from;
    const state = this.fold();
    this.state = isKept ? parseState(JSON.parse(JSON.stringify(serializeState(state)))) : state;
  }

  private fold(): State {
    const state = emptyState();
    for (const line of this.lines) apply(state, line);
    return state;
  }

  private add(lines: readonly Entry[]): void {
    for (const line of lines) apply(this.state, line);
    this.lines.push(...lines);
  }

  private freeze(requests: readonly Entry[]): void {
    this.add([opened(this.turn, this.time)]);
    this.add(requests);
    const edits = new TaskEdits(this.config, this.state, { turn: this.turn, time: this.time });
    const { texts } = this.state.files;
    const found: Entry[] = [];
    for (const id of [...this.folder.keys()].sort()) {
      const { text, fields } = this.folder.get(id) as TaskPage;
      if (texts.get(taskPath(id)) === text) continue;
      const line = edits.take(id, fields, text);
      if ('why' in line)
        this.folder.delete(id); // it is set aside
      else found.push(line);
    }
    for (const task of this.state.tasks.all.values()) if (!this.folder.has(task.id)) found.push(edits.deleted(task));
    this.add(found);
    const effects = frozenEffects(this.config, this.state, this.turn, [...requests, ...found]);
    this.add(effects);
    this.laws.froze([...found, ...effects]);
  }

  /** The effects of the visits, and the commit. */
  private visits(): Entry[] {
    const { config, state, turn, seed } = this;
    const due = scheduleTurn(config, state, turn).filter((one) => one.due);
    const visits = due.map(({ agent }) => this.visit(agent));
    for (const { agent, outcome } of visits) {
      const key = { agent, turn };
      const cost = new Dice('cost', seed, turn, agent).roll(100);
      if (outcome !== 'skipped') this.add([intent({ ...key, unit: null }), replied({ ...key, cost })]);
    }
    const ends = [1, 8, 64].map((width) => {
      const order = finished(visits, width, new Dice('order', seed, turn));
      const inOrder = inChartOrder(config, order, ({ agent }) => agent);
      return [...settle(config, state, turn, order), ...settleTasks(config, state, turn, [], inOrder)];
    });
    const [effects = []] = ends;
    const same = JSON.stringify(effects);
    if (ends.some((one) => JSON.stringify(one) !== same))
      this.laws.wrong.push(`turn ${turn}: the order in which visits ended shows`);
    return [...effects, { k: 'commit', turn, lock: 1 }];
  }

  /** One agent's part: what it does is drawn from the story, the turn, its name and its task alone. */
  private visit(agent: string): Finished {
    const { config, state, turn, seed } = this;
    const dice = new Dice('visit', seed, turn, agent);
    const resume = resumeOf(config, agent);
    const { mail } = inboxOfVisit(state, agent, turn, 10_000, 3);
    const task = workFor(state, agent, turn) ?? undefined;
    const draft = emptyDraft();
    const { notices } = agentState(state.staff, agent);
    const more = {
      agent,
      resume,
      given: mail,
      ...(task && { task }),
      told: notices.length,
      answers: [],
      summary: false,
    };
    const ended = { ...more, draft, settlesAll: true as const };
    if (task && isUnbegun(task.status) && dice.once(15)) return { ...ended, outcome: 'skipped', reason: 'Not yet.' };
    const scene = { config, state, turn, agent, resume, given: mail, ...(task && { task }), draft, ...NO_FILES };
    const acts = task ? actsFor(dice, task, state) : [];
    for (const [n, { tool, input }] of acts.entries()) judge(TOOLS, scene, { id: `${n}`, tool, input });
    if (dice.once(12))
      return { ...ended, outcome: 'failed', reason: 'no', blame: dice.of(['provider', 'reply', 'internal'] as const) };
    return dice.once(12)
      ? { ...ended, outcome: 'cut', reason: 'steps', detail: 'used up' }
      : { ...ended, outcome: 'ok' };
  }

  /** What people do to the files of tasks. */
  private meddle(dice: Dice): void {
    for (let n = dice.roll(4); n > 0; n--) {
      if (dice.once(5)) this.saveNew(dice);
      else if (dice.once(6)) this.folder.delete(this.someTask(dice));
      else this.edit(dice);
    }
  }

  private saveNew(dice: Dice): void {
    const needs = Array.from({ length: dice.roll(4) }, () => this.someTask(dice));
    this.save(
      `n${dice.roll(50)}`,
      this.newFields(dice, 'New', [...new Set(needs)], dice.once(4) ? this.someTask(dice) : null),
    );
  }

  /** Saves a file with something changed; at times over an older form of it. */
  private edit(dice: Dice): void {
    const id = this.someTask(dice);
    const forms = this.earlier.get(id) ?? [];
    const page = dice.once(4) ? dice.of(forms) : this.folder.get(id);
    if (!page) return;
    const { fields } = page;
    const change = dice.of<() => Partial<TaskFields>>([
      () => ({ title: `Better ${dice.roll(9)}` }),
      () => ({
        status: dice.of(['pending', 'cancelled', 'failed', 'completed', 'running', 'skipped', 'assigned'] as const),
      }),
      () => ({ status: 'pending' }),
      () => ({ assignee: dice.once(3) ? null : dice.of(this.whole.order) }),
      () => ({ needs: [...new Set([...fields.needs.slice(dice.roll(2)), this.someTask(dice)])] }),
      () => ({ needs: [], waived: [] }),
      () => ({ waived: fields.needs.filter(() => dice.once(2)) }),
      () => ({ priority: dice.of(['low', 'urgent'] as const), retries: dice.roll(4) }),
      () => ({ deadline: dice.of([null, '1 turn', '20 turns']) }),
      () => ({ parent: dice.once(2) ? null : this.someTask(dice) }),
      () => ({ attempts: 0, cost: 1 }),
      () => ({ key: `key ${dice.roll(20)}` }),
    ])();
    const next = { ...fields, ...change };
    const text = patchTask(page.text, next, fields, dice.once(5) ? ['- a word of mine'] : []);
    this.folder.set(id, { text: dice.once(20) ? text.replace(/\n- \d.*\n$/, '\n- forged\n') : text, fields: next });
  }

  /** What people ask by commands, and their answers to questions. */
  private requests(dice: Dice): Entry[] {
    const lines: Entry[] = [];
    for (let n = dice.roll(5); n > 0; n--) {
      const id = this.someTask(dice);
      const task = this.state.tasks.all.get(id);
      const more = {
        assignee: dice.of(this.whole.order),
        need: dice.of(task?.needs.length ? task.needs : ['t0']),
        ...(dice.once(2) && { result: 'By hand.' }),
      };
      const note = dice.once(4) ? '' : 'So it is.';
      lines.push(asked({ ask: 'task', by: 'human', id, do: dice.of(TASK_VERBS), note, ...more }));
    }
    if (dice.once(6)) lines.push(asked({ ask: 'archive-tasks', by: 'human', older: dice.roll(4) }));
    if (dice.once(8)) {
      const agent = dice.of(this.whole.order.slice(1)) ?? null;
      lines.push(asked({ ask: dice.once(3) ? 'pause' : 'resume', by: 'human', agent }));
    }
    if (this.turn === this.busy)
      for (const agent of [null, ...this.whole.order]) lines.push(asked({ ask: 'resume', by: 'human', agent }));
    for (const [n, agent] of this.whole.order.slice(1).entries())
      if (dice.once(4))
        lines.push({
          k: 'drop',
          turn: this.turn,
          found: `agents/human/outbox/drop-${this.turn}-${n}.md`,
          hash: 'x',
          message: letter({ from: 'human', turn: this.turn, n: n + 1, to: [agent] }),
        });
    return lines;
  }

  private someTask(dice: Dice): string {
    const ids = [...this.folder.keys()];
    return dice.once(40) || ids.length === 0 ? 'nowhere' : dice.of(ids);
  }

  /** Makes the files of the turn; what a person wrote meanwhile stays. */
  private materialise(first: number): void {
    const known = new Map<string, string | null>();
    for (const line of this.lines.slice(first)) {
      if (line.k !== 'task' && line.k !== 'task-archived') continue;
      for (const op of KINDS[line.k].files?.(line as never) ?? []) {
        if (op.op === 'move') this.folder.delete(taskIdOf(op.from));
        if (op.op !== 'replace') continue;
        const id = taskIdOf(op.path);
        const now = this.folder.get(id)?.text ?? null;
        const was = known.get(op.path) ?? (op.was as string | null);
        known.set(op.path, op.text as string);
        if (now === was) this.lay(id, { text: op.text as string, fields: fieldsOf((line as { task: Task }).task) });
      }
    }
  }
}

const NO_FILES = { attach: () => ({ why: 'There is no such file.' }), stands: () => null };

function fieldsOf(task: Task): TaskFields {
  return Object.fromEntries(TASK_FIELDS.map((field) => [field, task[field]])) as unknown as TaskFields;
}

/** What an agent does in a visit that works on a task. */
function actsFor(dice: Dice, task: Task, { tasks }: State): { tool: string; input: JsonObject }[] {
  const known = [...tasks.all.keys()];
  const one = (): string => dice.of(known);
  const title = (): string => `Part ${dice.roll(1000)}`;
  const part = (needs: string[]): { tool: string; input: JsonObject } => ({
    tool: 'create_task',
    input: {
      title: title(),
      needs,
      ...(dice.once(2) ? { capability: 'any' } : { assignee: `a${dice.roll(64)}` }),
      ...(dice.once(3) && { key: `key ${dice.roll(20)}` }),
      ...(dice.once(5) && { parent: one() }),
    },
  });
  const complete = { tool: 'complete_task', input: { result: `Result of ${task.id}.` } };
  const fail = { tool: 'fail_task', input: { reason: 'It cannot be done.' } };
  const ask = { tool: 'send_message', input: { to: 'human', kind: 'request', body: `How, in ${task.id}?` } };
  if (dice.roll(100) < 55) return [complete];
  return dice.of<() => { tool: string; input: JsonObject }[]>([
    () => [fail],
    () => [fail],
    () => [fail, complete],
    () => [complete, complete],
    () => [part([]), part([one()])],
    () => [part([one(), one()]), complete],
    () => [part([]), { tool: 'update_task', input: { note: 'Later.', needs: [one()] } }],
    () => [{ tool: 'update_task', input: { note: 'Half.' } }],
    () => [{ tool: 'update_task', input: { note: 'Waits.', needs: [one()] } }],
    () => [{ tool: 'complete_task', input: { result: 'Another.', task: one() } }, complete],
    () => [ask],
    () => [],
  ])();
}

/** The visits in an order in which so many at a time may have ended. */
function finished<T>(visits: readonly T[], width: number, dice: Dice): T[] {
  const waiting = [...visits];
  const running: T[] = [];
  const ended: T[] = [];
  while (waiting.length + running.length > 0) {
    while (running.length < width && waiting.length > 0) running.push(waiting.shift() as T);
    ended.push(...running.splice(dice.roll(running.length), 1));
  }
  return ended;
}
