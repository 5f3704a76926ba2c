/** Tells superiors of mail that nobody has read or answered for long. */

import { copyWith } from '../../schema/copy.ts';
import { cut } from '../../schema/print.ts';
import { type Config, hasEdge } from '../model/config.ts';
import type { Effect } from '../model/entry.ts';
import { collectedFor, inboxOf, type Mail } from '../model/state/mail.ts';
import type { State } from '../model/state.ts';
import { seatsOf } from '../rights/approvers.ts';

/** Characters of a message that a superior is shown. */
const SHOWN = 300;

/** Mail of which a superior gets a notice each in one turn; what is more is told in one. */
const EACH = 20;

type OverdueMark = NonNullable<Extract<Effect, { k: 'notice' }>['overdue']>[number];

/** What waits for too long, and for whom. `since`: the turn in which it came to them. */
interface Overdue extends OverdueMark {
  from: string;
  subject: string;
  body: string | null;
  since: number;
}

/**
 * The notices about mail that has waited for `mail.escalate_after` turns or more to be read or answered, and of which nobody was told.
 * The superior sees the text only where the chart lets the author write to them. Pure.
 */
export function overdueMail(config: Config, state: State, turn: number): Effect[] {
  const after = config.org.mail.escalate_after;
  if (after === null) return [];
  const bySuperior = new Map<string, Overdue[]>();
  for (const one of [...unread(config, state), ...unanswered(state)]) {
    const to = turn - one.since < after ? null : superiorOf(config, one.agent, one.from);
    if (to === null) continue;
    const known = bySuperior.get(to);
    if (known) known.push(one);
    else bySuperior.set(to, [one]);
  }
  return [...bySuperior].flatMap(([to, all]): Effect[] => [
    ...all.slice(0, EACH).map((one) => noticeOf(to, [one], textOf(config, to, one, turn))),
    ...(all.length > EACH ? [noticeOf(to, all.slice(EACH), restOf(all.slice(EACH)))] : []),
  ]);
}

function noticeOf(to: string, all: readonly Overdue[], text: string): Effect {
  return { k: 'notice', to, about: 'overdue', text, overdue: all.map(({ agent, id, what }) => ({ agent, id, what })) };
}

function unread(config: Config, { mail }: State): Overdue[] {
  return [...mail.inbox.keys()]
    .filter((agent) => config.agents.has(agent))
    .flatMap((agent) => {
      const collected = collectedFor(mail, agent, 0);
      return inboxOf(mail, agent).flatMap((one) =>
        one.kind === 'notice' || one.told?.includes(agent) ? [] : waitsFor(agent, one, collected.get(one.id)),
      );
    });
}

/** It waits since it came, or since it was sent again, or since it is no longer collected. */
function waitsFor(agent: string, { id, from, subject, body, turn, edited = 0 }: Mail, collected = 0): Overdue {
  return { id, from, subject, body, agent, since: Math.max(turn, edited, collected), what: 'read' };
}

function unanswered({ mail }: State): Overdue[] {
  return [...mail.owed].flatMap(([agent, debts]) =>
    debts.flatMap(({ id, from, subject, turn: since, told }): Overdue[] =>
      told ? [] : [{ id, from, subject, body: null, agent, since, what: 'answered' }],
    ),
  );
}

/** Notes that a superior was told, so that each mail is told once. */
export function noteTold({ mail }: State, marks: readonly OverdueMark[]): void {
  for (const { agent, id, what } of marks) {
    const waiting = what === 'read' ? mail.waiting.get(id) : undefined;
    if (waiting) mail.waiting.set(id, copyWith(waiting, { told: [...(waiting.told ?? []), agent] }));
    const owed = what === 'answered' ? mail.owed.get(agent) : undefined;
    if (owed)
      mail.owed.set(
        agent,
        owed.map((one) => (one.id === id ? copyWith(one, { told: true as const }) : one)),
      );
  }
}

/** The head of the unit of an agent, else of the units above, else the first person of `approvals.escalate_to`; nobody of the mail. */
export function superiorOf(config: Config, agent: string, from: string): string | null {
  const heads: string[] = [];
  const seen = new Set<string>();
  for (let id = config.agents.get(agent)?.unit ?? null; id !== null && !seen.has(id); ) {
    seen.add(id);
    const unit = config.units.get(id);
    if (unit?.head) heads.push(unit.head);
    id = unit?.parent ?? null;
  }
  const all = [...heads, ...seatsOf(config, config.org.approvals.escalate_to)];
  return all.find((name) => name !== agent && name !== from && config.agents.has(name)) ?? null;
}

function textOf(config: Config, to: string, one: Overdue, turn: number): string {
  const { id, from, subject, body, agent, what, since } = one;
  const age = turn - since;
  const text = `${agent} has not ${what} ${id} from ${from} for ${age} ${age === 1 ? 'turn' : 'turns'}: ${JSON.stringify(subject)}.`;
  return body !== null && hasEdge(config, from, to) ? `${text} It says: ${JSON.stringify(cut(body, SHOWN))}` : text;
}

function restOf(all: readonly Overdue[]): string {
  const named = all.slice(0, EACH).map(({ agent, id }) => `${id} (${agent})`);
  const more = all.length > EACH ? ` and ${all.length - EACH} more` : '';
  return `More mail was not read or answered in time: ${named.join(', ')}${more}.`;
}
