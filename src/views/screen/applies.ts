/** Says whether a command can do something to what a key of the screen acts on, as it stands now. */
import { PROPOSES } from '../../core/model/state/tasks.ts';
import { whyNotAsked } from '../../core/tasks/asked.ts';
import { commandedBy } from '../../core/workflows/turn/frozen.ts';
import { RUN_VERBS, TASK_VERBS } from '../../schema/records/request.ts';
import { nextTurn, openApprovals, pauseOf, runAhead, type ScreenSnapshot } from './snapshot.ts';

/** What a command would act on: a kind of thing, and its id; null for the organisation. */
export interface ActedOn {
  on: string;
  id: string | null;
}

/** Why a command can do nothing to it now, in a sentence; null when it can. Those who ask of a task or a run ask the core. */
export function whyNot(scene: ScreenSnapshot, { on, id }: ActedOn, command: string): string | null {
  if (command === 'pause' || command === 'resume') {
    const { paused } = pauseOf(scene, id);
    const who = id ?? 'The organisation';
    return paused === (command === 'resume') ? null : `${who} is ${paused ? '' : 'not '}paused.`;
  }
  if (id === null) return null;
  if (on === 'approval') return noAnswer(scene, id, command);
  const [family, name = ''] = command.split(' ');
  const task = TASK_VERBS.find((verb) => verb === name);
  if (family === 'task' && task !== undefined) return noTaskStep(scene, id, task);
  const run = RUN_VERBS.find((verb) => verb === (name === 'retry-from' ? 'retry' : name));
  if (family === 'workflow' && on === 'run' && run !== undefined) return noRunStep(scene, id, run);
  return null;
}

function noAnswer(scene: ScreenSnapshot, id: string, command: string): string | null {
  const held = scene.state.approvals.pending.get(id);
  if (!held) return 'It no longer waits.';
  if (!openApprovals(scene).includes(id)) return 'It has been answered; this takes effect in the next turn.';
  return command === 'plan' && held.tool !== PROPOSES ? `${id} is not a plan.` : null;
}

function noTaskStep(scene: ScreenSnapshot, id: string, verb: (typeof TASK_VERBS)[number]): string | null {
  const why = whyNotAsked(scene.config, scene.work.tasks, { id, do: verb, by: scene.person });
  return why && `Task ${id}: ${why}`;
}

function noRunStep(scene: ScreenSnapshot, id: string, verb: (typeof RUN_VERBS)[number]): string | null {
  const run = runAhead(scene, id);
  if (!run) return `The run ${id} begins in the next turn.`;
  const asked = { do: verb, by: scene.person, step: run.file.steps[0]?.id, budget: run.budget ?? 0 };
  const done = commandedBy(run, asked, nextTurn(scene));
  return 'why' in done ? `Run ${id}: ${done.why}` : null;
}
