/** The graph of tasks: which needs which, and which is a part of which. */
import { statusOf, type Task, type TasksState } from '../../core/model/state/tasks.ts';
import { printTree } from '../../core/text/tree.ts';
import type { TaskStatus } from '../../schema/records/task.ts';
import { shorten } from '../text/table.ts';
import { tasksInOrder } from './task-row.ts';

export interface TaskGraph {
  nodes: { id: string; title: string; status: TaskStatus | null; assignee: string | null }[];
  /** `needs`: `to` needs `from`. `part`: `to` is a part of `from`. */
  edges: { from: string; to: string; kind: 'needs' | 'part'; waived: boolean }[];
}

/** The tasks of a state and the edges between them; with `about` only that one and what is connected with it. Pure. */
export function graphOf(tasks: TasksState, about?: string): TaskGraph {
  const near = about === undefined ? null : connected(tasks, about);
  const shown = tasksInOrder(tasks).filter(({ id }) => near === null || near.has(id));
  const known = new Set(shown.map(({ id }) => id));
  const others = [...new Set(shown.flatMap(({ needs }) => needs))].filter((id) => !known.has(id));
  return {
    nodes: [
      ...shown.map(({ id, title, status, assignee }) => ({ id, title, status, assignee })),
      ...others.map((id) => ({ id, title: '', status: statusOf(tasks, id), assignee: null })),
    ],
    edges: shown.flatMap((task) => edgesTo(task, known)),
  };
}

function edgesTo({ id, needs, waived, parent }: Task, known: ReadonlySet<string>): TaskGraph['edges'] {
  const needed = needs.map((from) => ({ from, to: id, kind: 'needs' as const, waived: waived.includes(from) }));
  const isPart = parent !== null && known.has(parent);
  return isPart ? [...needed, { from: parent, to: id, kind: 'part' as const, waived: false }] : needed;
}

/** A task, what it needs, what needs it, its parts and what it is a part of, and so on. */
function connected({ all, dependants, children }: TasksState, id: string): Set<string> {
  const found = new Set([id]);
  for (const one of found) {
    const task = all.get(one);
    for (const next of [...(task?.needs ?? []), ...(dependants.get(one) ?? []), ...(children.get(one) ?? [])])
      found.add(next);
    if (task?.parent) found.add(task.parent);
  }
  return found;
}

/** The graph as a Mermaid flowchart; an edge leads from a need to what needs it. */
export function printTaskMermaid({ nodes, edges }: TaskGraph): string {
  const names = new Map(nodes.map(({ id }, n) => [id, `t${n}`]));
  const boxes = nodes.map(({ id, title, status }) => {
    const label = [id, shorten(title, 60), status ?? 'unknown'].filter((part) => part !== '').join('<br>');
    return `  ${names.get(id)}["${quoted(label)}"]`;
  });
  const arrows = edges.map(({ from, to, kind, waived }) => {
    const arrow = kind === 'part' ? '--o' : waived ? '-.->' : '-->';
    return `  ${names.get(from)} ${arrow} ${names.get(to)}`;
  });
  return ['flowchart TD', ...boxes, ...arrows].join('\n');
}

/** A label in which nothing of a title is Mermaid; the line breaks of ours stay. */
function quoted(label: string): string {
  return label
    .split('<br>')
    .map((part) => part.replace(/[^\p{L}\p{N} .,:;()'!?_-]/gu, (one) => `#${one.codePointAt(0)};`))
    .join('<br>');
}

/** The graph as a tree: below each task those that need it. */
export function printTaskTree({ nodes, edges }: TaskGraph): string {
  const labelled = nodes.map((node) => ({ id: node.id, label: nodeText(node) }));
  return printTree({ nodes: labelled, edges: edges.filter(({ kind }) => kind === 'needs') });
}

function nodeText({ id, title, status, assignee }: TaskGraph['nodes'][number]): string {
  const name = title ? ` ${shorten(title, 60)}` : '';
  const who = assignee ? `, ${assignee}` : '';
  return `${id}${name} [${status ?? 'unknown'}${who}]`;
}
