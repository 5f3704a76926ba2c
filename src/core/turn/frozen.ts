/** What follows from a freeze at once, before any visit. */
import { saidAnswers } from '../approvals/answers.ts';
import { awayText } from '../mail/absent-agents.ts';
import { awayOf } from '../mail/notices.ts';
import { overdueMail } from '../mail/overdue-mail.ts';
import { type Config, peopleOf } from '../model/config.ts';
import type { Effect, Entry } from '../model/entry.ts';
import type { State } from '../model/state.ts';
import { named } from '../prompt/unfinished.ts';
import { seatsOf } from '../rights/approvers.ts';
import { taskEffects } from '../tasks/frozen.ts';
import { withdrawals } from '../undo/undo.ts';
import { hasNoRuns, runEffects } from '../workflows/turn/frozen.ts';
import { undeliverable } from './give-up.ts';
import { addDropped, unroutedNotices } from './routed.ts';
import { askNotice } from './settle.ts';

/** The effects of a freeze: mail that can no longer be delivered, and what people are told of its inputs. Pure. */
export function frozenEffects(config: Config, state: State, turn: number, lines: readonly Entry[]): Effect[] {
  const undone = withdrawals(state, lines);
  const withdrawn = new Set(undone.flatMap((effect) => (effect.k === 'withdrawn' ? [effect.id] : [])));
  return [
    ...undone,
    ...undeliverable(config, state, turn, withdrawn),
    ...asideNotices(config, lines),
    ...absenceNotices(config, lines),
    ...lostNotices(config, lines),
    ...lapseNotices(config, state, lines),
    ...saidAnswers(config, state),
    ...overdueMail(config, state, turn),
    ...unroutedNotices(lines),
    ...taskEffects(config, state, turn, lines, {
      isIdle: hasNoRuns(state) && !lines.some((line) => line.k === 'drop' && line.message.became),
      effects: (record) => {
        addDropped(config, state, record, lines);
        return runEffects(config, state, record, lines);
      },
    }),
  ];
}

/** Files that were set aside: the people are told. */
function asideNotices(config: Config, lines: readonly Entry[]): Effect[] {
  return lines.flatMap((line) =>
    line.k !== 'aside'
      ? []
      : [...new Set([line.owner, ...peopleOf(config)])]
          .filter((name) => config.agents.get(name)?.person)
          .map(
            (to): Effect => ({
              k: 'notice',
              to,
              about: 'dead-letter',
              text: `${line.path} was set aside (${line.reason}): ${line.detail} Correct it, or run lemming retry ${line.id}`,
              of: line.id,
            }),
          ),
  );
}

/** Held acts that nobody answered in time: who is asked next, or everybody who was asked, is told. */
function lapseNotices(config: Config, state: State, lines: readonly Entry[]): Effect[] {
  return lines.flatMap((line): Effect[] => {
    if (line.k === 'escalated') return [askNotice(line.to, line.held)];
    if (line.k !== 'lapsed') return [];
    const asked = state.approvals.pending.get(line.id)?.contacts ?? [];
    const text = `${line.id}: ${line.note}; it is ${line.decision === 'approve' ? 'approved' : 'denied'}`;
    return seatsOf(config, [...asked, ...config.org.approvals.escalate_to]).map((to) => ({
      k: 'notice',
      to,
      about: 'approval',
      text,
    }));
  });
}

/** Notices about agents that are set aside because of their folder, that are gone, or that are back. */
function absenceNotices(config: Config, lines: readonly Entry[]): Effect[] {
  return lines.flatMap((line) => {
    if (line.k !== 'absent' && line.k !== 'back') return [];
    if (line.k === 'back') return backNotices(config, line.agent, lines);
    const text = absenceText(line);
    return peopleOf(config).map((to): Effect => ({ k: 'notice', to, about: 'edit', text, of: awayOf(line.agent) }));
  });
}

/** Tells people that an agent is back, and authors that it has the mail that waited for it. */
function backNotices(config: Config, agent: string, lines: readonly Entry[]): Effect[] {
  const mail = lines.flatMap((line) => (line.k === 'revived' && line.to.includes(agent) ? [line.message] : []));
  const people = peopleOf(config);
  const authors = mail.map(({ from }) => from).filter((name) => config.agents.has(name));
  return [...new Set([...people, ...authors])].map((to) => {
    const ids = mail.flatMap(({ id, from }) => (from === to ? [id] : []));
    const has = ids.length ? ` It has your ${ids.length === 1 ? 'message' : 'messages'} ${named(ids)}.` : '';
    return { k: 'notice', to, about: 'edit', text: `${agent} is back and continues.${has}` };
  });
}

function absenceText({ agent, why, out }: Extract<Entry, { k: 'absent' }>): string {
  if (!out) return `${agent} is set aside: ${why} Its mail waits.`;
  return awayText(agent);
}

/** Messages that could not be revived. */
function lostNotices(config: Config, lines: readonly Entry[]): Effect[] {
  return lines.flatMap((line) =>
    line.k !== 'lost'
      ? []
      : peopleOf(config).map(
          (to): Effect => ({
            k: 'notice',
            to,
            about: 'dead-letter',
            text: `${line.id} cannot be delivered again, because ${line.path} is missing or cannot be read`,
          }),
        ),
  );
}
