/** Gives up mail: makes its record, and tells people. Pure. */

import type { Resume } from '../../schema/config/resume.ts';
import { parseMessageId } from '../../schema/name.ts';
import { goneText, isAway } from '../mail/absent-agents.ts';
import { printDeadLetter, remedyFor } from '../mail/dead-letter-text.ts';
import { mailFor } from '../mail/notices.ts';
import { type Config, hasEdge, peopleOf } from '../model/config.ts';
import type { Effect } from '../model/entry.ts';
import { type Mail, mailOf } from '../model/state/mail.ts';
import type { State } from '../model/state.ts';
import { named } from '../prompt/unfinished.ts';

/**
 * Makes a dead letter, and tells its author and the people; agents are not shown the commands of people. `waits`: they are
 * told in another way.
 */
export function giveUp(
  config: Config,
  turn: number,
  mail: Pick<Mail, 'id' | 'from' | 'to' | 'path'>,
  to: string[],
  reason: 'attempts' | 'expired' | 'no-edge' | 'no-agent' | 'hops',
  detail: string,
  effects: Effect[],
  waits = false,
): void {
  const id = to.length === mail.to.length ? mail.id : `${mail.id}-${to.join('-')}`;
  const record = { id, message: mail.id, path: mail.path, from: mail.from, to, turn, reason, revived: null };
  const line = { detail, record, ...(waits && { waits }) };
  effects.push({ k: 'dead', ...line, text: printDeadLetter(line) });
  if (waits) return;
  const about = reason === 'hops' ? 'loop' : 'dead-letter';
  const isRead = reason === 'attempts';
  const what = isRead
    ? `${named(to)} gave up on ${mail.id}`
    : `${mail.id} was not delivered to ${to.join(', ')} (${reason})`;
  const text = `${what}: ${detail}`;
  const people = peopleOf(config);
  for (const name of new Set([mail.from, ...people])) {
    const remedy = people.includes(name) ? ` ${remedyFor(record)}` : '';
    if (config.agents.has(name)) effects.push({ k: 'notice', to: name, about, text: `${text}${remedy}`, dead: id });
  }
}

/**
 * Dead letters that the freeze itself makes, before any visit: expired mail, and mail whose recipient or edge is gone.
 * Pure.
 */
export function undeliverable(
  config: Config,
  state: State,
  turn: number,
  withdrawn: ReadonlySet<string> = new Set(),
): Effect[] {
  const effects: Effect[] = [];
  for (const [name, ids] of state.mail.inbox) {
    const resume = config.agents.get(name);
    const isOut = isAway(config, state, name);
    const first = effects.length;
    for (const mail of doubtfulIn(state, ids, turn, resume)) {
      if (withdrawn.has(mail.id)) continue;
      if (!resume && !config.broken.has(name))
        giveUp(
          config,
          turn,
          mail,
          [name],
          'no-agent',
          isOut ? goneText(name) : `The agent ${name} no longer exists.`,
          effects,
          isOut,
        );
      else if (!config.agents.get(mail.from)?.person && mail.expires !== undefined && mail.expires < turn)
        giveUp(config, turn, mail, [name], 'expired', `It was still unread after turn ${mail.expires}.`, effects);
      else if (resume && (!resume.person || mail.turn === turn) && !hasEdge(config, mail.from, name))
        giveUp(config, turn, mail, [name], 'no-edge', `The chart does not let ${mail.from} write to ${name}.`, effects);
    }
    if (isOut) effects.push(...awayNotices(config, state, name, effects.slice(first)));
  }
  return effects;
}

/** Tells whoever wrote to an agent whose folder is gone, once, what waits; it is not lost. */
function awayNotices(config: Config, state: State, name: string, effects: readonly Effect[]): Effect[] {
  const fresh = effects.filter((effect) => effect.k === 'dead').map(({ record }) => record);
  const authors = [...new Set(fresh.map(({ from }) => from))].filter((from) => config.agents.has(from));
  const before = [...state.dead.letters.values()].filter(
    ({ reason, to }) => reason === 'no-agent' && to.includes(name),
  );
  return authors.map((to) => {
    const ids = [...before, ...fresh].filter(({ from }) => from === to).map(({ message }) => message as string);
    const wait =
      ids.length === 1 ? `Your message ${ids[0]} waits and reaches` : `Your messages ${named(ids)} wait and reach`;
    const text = `${goneText(name)} ${wait} ${name} when it is back. Do not send ${ids.length === 1 ? 'it' : 'them'} again.`;
    return { k: 'notice', to, about: 'dead-letter', text, of: mailFor(name) };
  });
}

/**
 * The mail in an inbox that may be undeliverable. Of a person's inbox, which may hold mail of years, only what is new or
 * expires.
 */
function doubtfulIn(state: State, ids: readonly string[], turn: number, resume: Resume | undefined): Mail[] {
  if (!resume?.person) return mailOf(state.mail, ids);
  let first = ids.length;
  while (first > 0 && parseMessageId(ids[first - 1] as string)?.turn === turn) first--;
  const doubtful = state.mail.expiring.size
    ? ids.filter((id, i) => i >= first || state.mail.expiring.has(id))
    : ids.slice(first);
  return mailOf(state.mail, doubtful);
}
