/** When work on each task began and ended, and how long models worked on it, as the journal tells it. */
import type { Entry } from '../../core/model/entry.ts';
import { isFinished, type Task } from '../../core/model/state/tasks.ts';

/** The course of a task. Turns from the first in which somebody worked on it to the one in which it ended. */
export interface TaskCourse {
  /** As it stands, or as it was archived; null as long as the journal does not tell of it. */
  task: Task | null;
  archived: boolean;
  begun: number | null;
  ended: number | null;
  /** Milliseconds of calls in visits that worked on it. */
  ms: number;
}

/** The course of every task that the journal tells of, those in the archive as well. Pure. */
export function taskCourses(lines: Iterable<Entry>): Map<string, TaskCourse> {
  const courses = new Map<string, TaskCourse>();
  const busy = new Map<string, number>();
  let turn = 0;
  const courseOf = (id: string): TaskCourse => {
    const known = courses.get(id) ?? { task: null, archived: false, begun: null, ended: null, ms: 0 };
    courses.set(id, known);
    return known;
  };
  for (const line of lines)
    if (line.k === 'open') {
      turn = line.turn;
      busy.clear();
    } else if (line.k === 'reply' || line.k === 'failed') busy.set(line.agent, (busy.get(line.agent) ?? 0) + line.ms);
    else if (line.k === 'visit' && line.task !== undefined) {
      const course = courseOf(line.task);
      course.begun ??= turn;
      course.ms += busy.get(line.agent) ?? 0;
    } else if (line.k === 'task') noteTask(courseOf(line.task.id), line.task, line.turn);
    else if (line.k === 'task-archived') courseOf(line.id).archived = true;
    else if (line.k === 'request' && line.request.ask === 'reset' && /^(tasks|all)$/.test(line.request.scope))
      courses.clear();
  return courses;
}

function noteTask(course: TaskCourse, task: Task, turn: number): void {
  const before = course.task?.status;
  course.task = task;
  if (!isFinished(task.status)) course.ended = null;
  else if (before !== task.status) course.ended = turn;
  if (task.status === 'running' || task.status === 'completed') course.begun ??= turn;
}

/** Turns that a task took, the first and the last one counted; null as long as it is not ended, or never began. */
export function turnsTaken({ begun, ended }: TaskCourse): number | null {
  return begun === null || ended === null ? null : ended - begun + 1;
}
