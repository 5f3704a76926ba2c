/** Adds agents to the text of a chart and removes them. */
import { addToList, type Edited, valueAt } from './edit.ts';
import { removeFromList, removeKey } from './edit-remove.ts';
import { readTree } from './yaml-tree.ts';

/** Whom an agent of the chart may write to, and whose mail it reads. */
export interface EdgeLists {
  send_to: readonly string[];
  read_from: readonly string[];
}

/** The chart with a new agent, and with the other end of each of its edges. Faults as in `addToList`. */
export function withAgent(chart: string, name: string, { send_to, read_from }: EdgeLists): Edited {
  return inTurn(chart, [
    ...send_to.map((other) => (text: string) => addToList(text, ['agents', name, 'send_to'], other)),
    ...read_from.map((other) => (text: string) => addToList(text, ['agents', name, 'read_from'], other)),
    ...send_to.map((other) => (text: string) => addEnd(text, other, 'read_from', name)),
    ...read_from.map((other) => (text: string) => addEnd(text, other, 'send_to', name)),
  ]);
}

/** The chart without an agent: all entries and lists that name it are changed. */
export function withoutAgent(chart: string, name: string): Edited {
  const agents = (valueAt(readTree(chart, '').data, ['agents']) ?? {}) as Record<string, unknown>;
  const paths = Object.entries(agents).flatMap(([other, entry]) =>
    SIDES.filter((side) => [valueAt(entry, [side])].flat().includes(name)).map((side) => ['agents', other, side]),
  );
  return inTurn(chart, [
    ...paths.map((path) => (text: string) => removeFromList(text, path, name)),
    (text) => removeKey(text, ['agents', name]),
  ]);
}
export const SIDES = ['send_to', 'read_from'] as const;

/** An agent that lists everybody already lists the new one. */
function addEnd(text: string, owner: string, side: keyof EdgeLists, name: string): Edited {
  const path = ['agents', owner, side];
  const names = valueAt(readTree(text, '').data, path);
  return Array.isArray(names) && names.includes('*') ? { text } : addToList(text, path, name);
}

function inTurn(text: string, edits: readonly ((text: string) => Edited)[]): Edited {
  let edited: Edited = { text };
  for (const edit of edits) {
    if ('fault' in edited) return edited;
    edited = edit(edited.text);
  }
  return edited;
}
