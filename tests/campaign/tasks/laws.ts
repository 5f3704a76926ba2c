import { PHASES } from '../../../src/core/journal/phases.ts';
import type { Config } from '../../../src/core/model/config.ts';
import type { Entry } from '../../../src/core/model/entry.ts';
import type { Task } from '../../../src/core/model/state/tasks.ts';
import type { State } from '../../../src/core/model/state.ts';
import { splitTask } from '../../../src/core/tasks/file.ts';
import { TASK_STATUSES, type TaskStatus } from '../../../src/schema/records/task.ts';
import { taskCourses } from '../../../src/views/tasks/task-course.ts';
import { statsOf } from '../../../src/views/tasks/task-stats.ts';

const ENDED_BADLY: readonly TaskStatus[] = ['failed', 'skipped', 'cancelled'];
const OVER: readonly TaskStatus[] = ['completed', ...ENDED_BADLY];

/** What is wrong in a journal, in words. `config`, `state`: as they are after its last line, when nothing is left to do. */
export function lawsIn(lines: readonly Entry[], config: Config, state: State): string[] {
  const laws = new Laws();
  for (let at = 0; at < lines.length; ) {
    const next = lines.findIndex(({ k }, i) => i > at && k === 'open');
    const turn = lines.slice(at, next < 0 ? undefined : next);
    const first = turn.findIndex(({ k }) => isOfVisits(k));
    const froze = first < 0 ? turn.length : first;
    const costs = new Map<string, number>();
    for (const line of turn)
      if (line.k === 'reply' || line.k === 'failed') costs.set(line.agent, (costs.get(line.agent) ?? 0) + line.cost);
    laws.froze(turn.slice(0, froze));
    laws.took(turn.find((line) => line.k === 'open')?.turn ?? 0, turn.slice(froze), costs);
    at = next < 0 ? lines.length : next;
  }
  laws.end(config, state, lines);
  return laws.wrong;
}

function isOfVisits(k: Entry['k']): boolean {
  return PHASES[k] === 'call' || k === 'visit';
}

/** What must hold of tasks, told from the lines of the journal alone. */
export class Laws {
  /** What did not hold, in words. */
  readonly wrong: string[] = [];
  private readonly tasks = new Map<string, Task>();
  private readonly texts = new Map<string, readonly string[]>();
  private readonly completed = new Set<string>();
  private readonly keys = new Map<string, string>();
  /** Id → tasks that need it, or needed it once. */
  private readonly dependants = new Map<string, Set<string>>();
  /** Skipped tasks whose needs a person changed meanwhile. */
  private readonly handled = new Set<string>();
  private cost = 0;

  /** The lines of a freeze: what people did, and what followed at once. */
  froze(lines: readonly Entry[]): void {
    this.take(lines, false, (id) => this.tasks.get(id)?.status);
    for (const line of lines) {
      if (line.k !== 'task-asked' || line.refused !== undefined || line.id === undefined) continue;
      const status = this.tasks.get(line.id)?.status;
      const done = line.do === 'complete' ? 'completed' : line.do === 'cancel' ? 'cancelled' : status;
      if (status !== done) this.wrong.push(`${line.id}: was told to be ${done}, and is ${status}`);
    }
  }

  /** The effects of the visits of a turn. They stand on the tasks as the turn found them. `costs`: agent → what its calls cost. */
  took(turn: number, lines: readonly Entry[], costs: ReadonlyMap<string, number>): void {
    for (const line of lines)
      if (line.k === 'visit' && line.task !== undefined) this.visited(line, line.task, costs, turn);
    const before = new Map([...this.tasks].map(([id, { status }]) => [id, status]));
    this.take(lines, true, (id) => before.get(id));
  }

  /** `stood`: how a task stands for what begins or ends with these lines. */
  private take(lines: readonly Entry[], isOfAgents: boolean, stood: (id: string) => TaskStatus | undefined): void {
    const before = new Map<string, TaskStatus | undefined>();
    for (const line of lines)
      if ((line.k === 'task' || line.k === 'task-file') && line.task) {
        const { id } = line.task;
        if (!before.has(id)) before.set(id, this.tasks.get(id)?.status);
        this.note(line.task, line.text, line.k === 'task-file', isOfAgents);
      }
    for (const [id, was] of before) this.lookAt(this.tasks.get(id) as Task, was, stood);
    for (const id of before.keys())
      for (const one of this.dependants.get(id) ?? [])
        if (!before.has(one)) this.demandHope(this.tasks.get(one) as Task);
  }

  private note(task: Task, text: string, isByHand: boolean, isOfAgents: boolean): void {
    const { id, status, needs, waived, key } = task;
    const before = this.tasks.get(id);
    if (before && before.status !== status && (before.status === 'completed' || before.status === 'cancelled'))
      this.wrong.push(`${id}: was ${before.status} and became ${status}`);
    // people may retry, begin and complete it before the same turn
    if (isOfAgents && before && OVER.includes(before.status) && !OVER.includes(status))
      this.wrong.push(`${id}: was ${before.status} and became ${status} without a retry`);
    if (status === 'completed' && before?.status !== 'completed') {
      if (this.completed.has(id)) this.wrong.push(`${id}: completed twice`);
      this.completed.add(id);
    }
    if (before && JSON.stringify([before.needs, before.waived]) !== JSON.stringify([needs, waived]))
      this.handled.add(id);
    if (key !== null) {
      const other = this.keys.get(key);
      if (other !== undefined && other !== id && this.tasks.get(other)?.key === key)
        this.wrong.push(`${id}: has the key of ${other}`);
      this.keys.set(key, id);
    }
    const { history } = splitTask(text);
    const known = this.texts.get(id) ?? [];
    if (!isByHand && known.some((line, i) => history[i] !== line)) this.wrong.push(`${id}: its history was rewritten`);
    const own = history.flatMap((line) => /^- \d+\.\d+ /.exec(line)?.[0] ?? []);
    if (new Set(own).size < own.length) this.wrong.push(`${id}: a line of its history stands twice`);
    if (!isByHand) this.texts.set(id, history);
    this.tasks.set(id, task);
    for (const need of needs) this.dependants.set(need, (this.dependants.get(need) ?? new Set()).add(id));
  }

  private lookAt(task: Task, was: TaskStatus | undefined, stood: (id: string) => TaskStatus | undefined): void {
    const { id, status, needs, waived } = task;
    if ((status === 'running' || status === 'completed') && was !== status)
      for (const need of needs)
        if (!waived.includes(need) && stood(need) !== 'completed')
          this.wrong.push(`${id}: ${status} before ${need}, which was ${stood(need)}`);
    this.demandHope(task);
  }

  /** Work that has not begun waits for nothing that will never be completed. */
  private demandHope({ id, status, needs, waived }: Task): void {
    if (status !== 'pending' && status !== 'assigned') return;
    const lost = needs.find(
      (need) => !waived.includes(need) && ENDED_BADLY.includes(this.tasks.get(need)?.status as TaskStatus),
    );
    if (lost !== undefined) this.wrong.push(`${id}: waits for ${lost}, which is ${this.tasks.get(lost)?.status}`);
  }

  private visited({ agent }: { agent: string }, id: string, costs: ReadonlyMap<string, number>, turn: number): void {
    const task = this.tasks.get(id) as Task;
    const wrong = (what: string): unknown => this.wrong.push(`turn ${turn}: ${agent} was given ${id}, ${what}`);
    this.cost += costs.get(agent) ?? 0;
    if (task.assignee !== agent) wrong(`which ${task.assignee} has`);
    if (OVER.includes(task.status)) wrong(`which is ${task.status}`);
    if (task.status !== 'pending' && task.status !== 'assigned') return;
    const isOpen = task.needs.some(
      (need) => !task.waived.includes(need) && this.tasks.get(need)?.status !== 'completed',
    );
    if (isOpen || (task.next_attempt ?? 0) > turn) wrong('which is not ready');
  }

  /** When nothing is left to do. */
  end({ agents }: Config, { tasks }: State, lines: readonly Entry[]): void {
    for (const task of this.tasks.values()) {
      const { id, status, reason, assignee, needs, waived } = task;
      const isHopeless = needs.some(
        (need) => !waived.includes(need) && ENDED_BADLY.includes(this.tasks.get(need)?.status as TaskStatus),
      );
      if (
        status === 'skipped' &&
        reason?.startsWith('upstream:') &&
        !isHopeless &&
        !this.handled.has(id) &&
        !tasks.archived.has(id)
      )
        this.wrong.push(`${id}: is still skipped (${reason}), though nothing keeps it from beginning`);
      const isReady = needs.every((need) => waived.includes(need) || this.tasks.get(need)?.status === 'completed');
      if (
        (status === 'pending' || status === 'assigned') &&
        isReady &&
        assignee !== null &&
        agents.get(assignee)?.person === false
      )
        this.wrong.push(`${id}: was never done by ${assignee}`);
      if (status === 'running' && assignee !== null && agents.get(assignee)?.person === false)
        this.wrong.push(`${id}: is running at the end`);
    }
    const { total, by_status, cost } = statsOf(tasks, taskCourses(lines));
    const sum = TASK_STATUSES.reduce((so, status) => so + by_status[status], 0);
    if (total !== this.tasks.size || sum !== total)
      this.wrong.push(`${this.tasks.size} tasks, of which ${total} are counted, ${sum} by status`);
    for (const status of TASK_STATUSES) {
      const count = [...this.tasks.values()].filter((task) => task.status === status).length;
      if (by_status[status] !== count)
        this.wrong.push(`${count} tasks are ${status}, and ${by_status[status]} are counted`);
    }
    if (Math.round(cost * 1e6) !== this.cost) this.wrong.push(`they cost ${cost * 1e6}, and their visits ${this.cost}`);
  }
}
