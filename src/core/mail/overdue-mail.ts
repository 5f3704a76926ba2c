/** Tells superiors of mail that nobody has read or answered for long. */

import { cut } from '../../schema/print.ts';
import { type Config, hasEdge } from '../model/config.ts';
import type { Effect } from '../model/entry.ts';
import { inboxOf, type Mail } from '../model/state/mail.ts';
import type { State } from '../model/state.ts';
import { seatsOf } from '../rights/approvers.ts';

/** Characters of a message that a superior is shown. */
const SHOWN = 300;

/** What waits for too long, and for whom. `since`: the turn in which it came to them. */
interface Overdue {
  id: string;
  from: string;
  subject: string;
  body: string | null;
  agent: string;
  since: number;
  what: 'read' | 'answered';
}

/**
 * The notices about mail that in this very turn has waited for `mail.escalate_after` turns to be read or answered. Each turn is looked
 * at, made or not, so that each mail is told once. The superior sees the text only where the chart lets the author write to them. Pure.
 */
export function overdueMail(config: Config, state: State, turn: number): Effect[] {
  const after = config.org.mail.escalate_after;
  if (after === null) return [];
  return [...unread(config, state), ...unanswered(state)].flatMap((one): Effect[] => {
    const to = turn - one.since === after ? superiorOf(config, one.agent, one.from) : null;
    return to === null ? [] : [{ k: 'notice', to, about: 'overdue', text: textOf(config, to, one, after) }];
  });
}

function unread(config: Config, { mail }: State): Overdue[] {
  return [...mail.inbox.keys()]
    .filter((agent) => config.agents.has(agent))
    .flatMap((agent) => inboxOf(mail, agent).flatMap((one) => (one.kind === 'notice' ? [] : waitsFor(agent, one))));
}

function waitsFor(agent: string, { id, from, subject, body, turn }: Mail): Overdue {
  return { id, from, subject, body, agent, since: turn, what: 'read' };
}

function unanswered({ mail }: State): Overdue[] {
  return [...mail.owed].flatMap(([agent, debts]) =>
    debts.map(({ id, from, subject, turn: since }): Overdue => {
      return { id, from, subject, body: null, agent, since, what: 'answered' };
    }),
  );
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

function textOf(config: Config, to: string, { id, from, subject, body, agent, what }: Overdue, after: number): string {
  const turns = `${after} ${after === 1 ? 'turn' : 'turns'}`;
  const text = `${agent} has not ${what} ${id} from ${from} for ${turns}: ${JSON.stringify(subject)}.`;
  return body !== null && hasEdge(config, from, to) ? `${text} It says: ${JSON.stringify(cut(body, SHOWN))}` : text;
}
