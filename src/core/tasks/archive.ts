/** Says which finished tasks may go to the archive. */
import { isFinished, type TasksState } from '../model/state/tasks.ts';
import { isAwaited } from './artefacts.ts';

/** Tasks that are finished since so many turns and that no open task needs, in the order in which they ended. Pure. */
export function archivable(tasks: TasksState, turn: number, older: number): string[] {
  return [...tasks.ended].flatMap(([id, ended]) => (turn - ended >= older && !isNeeded(tasks, id) ? id : []));
}

/** Whether an open task needs it, has it as a part, or is a part of it. */
function isNeeded(tasks: TasksState, id: string): boolean {
  const { all, children } = tasks;
  const isOpen = (one: string): boolean => {
    const task = all.get(one);
    return task !== undefined && !isFinished(task.status);
  };
  return isAwaited(tasks, id) || [...(children.get(id) ?? [])].some(isOpen);
}
