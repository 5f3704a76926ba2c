/** Sends mail where the routes of `org/routes.yaml` say: of agents when their acts are staged, of people at the freeze. */
import type { Resume } from '../../schema/config/resume.ts';
import { copyWith, defined } from '../../schema/copy.ts';
import type { Message } from '../../schema/records/message.ts';
import { type Author, type Refused, routed } from '../mail/routes/route.ts';
import { leftOutText, routeShown, routeText, taskOf } from '../mail/routes/words.ts';
import type { JsonObject } from '../model/call.ts';
import type { Config } from '../model/config.ts';
import type { Effect, Entry } from '../model/entry.ts';
import type { Task } from '../model/state/tasks.ts';
import type { State } from '../model/state.ts';
import type { ActContext, Draft } from '../model/tool.ts';
import type { Ruling } from '../rights/permit.ts';
import type { TaskRecord } from '../tasks/record.ts';
import { newTask, stageNewTask, tooManyTasks } from '../tasks/stage.ts';
import { whyNoTask } from '../tasks/valid.ts';

/** Judges an act of the author that nobody approved apart from what routes do, and counts one that was done. */
export interface RouteRights {
  permit(tool: string, input: JsonObject): Ruling;
  note(tool: string, input: JsonObject): void;
}

/** What the author is told, what a person is shown who is to approve it, and what the author may not do. */
export interface RouteReport {
  told: string;
  shown: string;
  refusals: Draft['refusals'];
}

/** Routes the messages that an act has staged: those of the draft from the `first` on. */
export function routeStaged(scene: ActContext, first: number, tool: string, rights: RouteRights): RouteReport {
  const report: RouteReport = { told: '', shown: '', refusals: [] };
  const { config, turn, draft } = scene;
  for (let i = first; i < draft.sent.length; i++) {
    const sent = draft.sent[i] as Draft['sent'][number];
    const { message } = sent;
    const made = routed(config, message, turn + 1, agentsRights(scene, rights));
    if (!made) continue;
    draft.sent[i] = copyWith(sent, { message: made.message, ...defined({ digest: made.digest }) });
    for (const name of made.added) rights.note('send_message', sendInput(name, message));
    const leftOut = made.leftOut.map(leftOutText);
    report.told += [routeText(made), ...leftOut].map((one) => (one === '' ? '' : ` ${one}`)).join('');
    report.shown += [routeShown(made), ...leftOut].filter(Boolean).join(' ');
    for (const { rule, text, route } of made.leftOut)
      report.refusals.push({ tool, rule, text: leftOutText({ rule, text, route }) });
  }
  return report;
}

function agentsRights(scene: ActContext, { permit, note }: RouteRights): Author {
  return {
    mayWrite: (name) => refusedBy(permit('send_message', sendInput(name, { body: 'x' })), name),
    giveTask: (name, message) => {
      const input = copyWith(taskOf(message), { assignee: name, priority: message.priority });
      const refused = refusedBy(permit('create_task', input), name);
      if (refused) return refused;
      const id = `T-${scene.turn}-${scene.agent}-${scene.draft.nextTask}`;
      const staged = stageNewTask(copyWith(input, { needs: [] }), scene);
      if (!staged.ok) return staged;
      note('create_task', input);
      return id;
    },
  };
}

function sendInput(name: string, { body }: Pick<Message, 'body'>): JsonObject {
  return { to: [name], body };
}

/** What would be held for a person is not done by a route. */
function refusedBy(ruling: Ruling, name: string): Refused | null {
  if (ruling.do === 'allow') return null;
  if (ruling.do === 'refuse') return ruling;
  return { rule: ruling.rule, text: `For ${name} this needs the approval of a person (${ruling.rule}).` };
}

type DropLine = Extract<Entry, { k: 'drop' }>;

/** Routes the mail of a person. `nextTask`: the number of the next task that a message of theirs becomes in this turn. */
export function routeDrop(
  config: Config,
  state: State,
  message: Message,
  nextTask: number,
): Pick<DropLine, 'message' | 'digest' | 'unrouted'> {
  let n = nextTask;
  const made = routed(config, message, message.turn, {
    mayWrite: () => null, // a person may write wherever there is an edge
    giveTask: (name, routed) => {
      const task = taskOfDrop(config, state, routed, name, `T-${message.turn}-${message.from}-${n}`);
      const why = tooManyTasks(config, state.tasks, task) ?? whyNoTask(config, state.tasks, null, task, message.from);
      if (why !== null) return { rule: 'task', text: `${name} gets it as mail and not as a task: ${why}.` };
      n++;
      return task.id;
    },
  });
  if (!made) return { message };
  const unrouted = made.leftOut.map(leftOutText);
  return { message: made.message, ...defined({ digest: made.digest }), ...(unrouted.length ? { unrouted } : {}) };
}

/** The task that a message of a person becomes. */
function taskOfDrop(config: Config, state: State, message: Message, assignee: string, id: string): Task {
  const { from: agent, turn, priority } = message;
  const resume = config.agents.get(agent) as Resume;
  const wish = copyWith(taskOf(message), { assignee, priority, needs: [] });
  const task = newTask(wish, { turn, agent, resume, state, given: [], draft: { nextTask: 0 } }, []);
  return copyWith(task, { id, hops: 0 });
}

/** Makes the tasks that mail of people became in a freeze. */
export function addDropped(config: Config, state: State, record: TaskRecord, lines: readonly Entry[]): void {
  for (const line of lines)
    if (line.k === 'drop')
      for (const [name, id] of Object.entries(line.message.became ?? {}))
        record.add(taskOfDrop(config, state, line.message, name, id), taskOf(line.message).body, line.message.from);
}

/** Tells people what the routes would have done with their mail, and that the chart does not let them. */
export function unroutedNotices(lines: readonly Entry[]): Effect[] {
  return lines.flatMap((line): Effect[] =>
    line.k === 'drop' && line.unrouted
      ? [
          {
            k: 'notice',
            to: line.message.from,
            about: 'refused',
            text: `${line.message.id}: ${line.unrouted.join(' ')}`,
          },
        ]
      : [],
  );
}
