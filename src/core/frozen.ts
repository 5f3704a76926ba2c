import { seatsOf } from './approval.ts';
import { undeliverable } from './bury.ts';
import { type Config, peopleOf } from './config.ts';
import type { Effect, Entry } from './entry.ts';
import { askNotice } from './settle.ts';
import type { State } from './state.ts';
import { withdrawals } from './undo.ts';

/** What follows from a freeze at once: mail that can no longer be delivered, and what people are told of its inputs. Pure. */
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
              text: `${line.path} was set aside (${line.reason}): ${line.detail} Mend it, or lemming retry ${line.id}`,
            }),
          ),
  );
}

/** Held acts that nobody answered in time: who is asked next, or everybody who was asked, is told. */
function lapseNotices(config: Config, state: State, lines: readonly Entry[]): Effect[] {
  return lines.flatMap((line): Effect[] => {
    if (line.k === 'escalated') return [askNotice(line.to, line.held)];
    if (line.k !== 'lapsed') return [];
    const asked = state.approvals.get(line.id)?.contacts ?? [];
    const text = `${line.id}: ${line.note}; it is ${line.decision === 'approve' ? 'approved' : 'denied'}`;
    return seatsOf(config, [...asked, ...config.org.approvals.escalate_to]).map((to) => ({
      k: 'notice',
      to,
      about: 'approval',
      text,
    }));
  });
}

/** Agents that are set aside because of their folder, that are none any more, and that are back. */
function absenceNotices(config: Config, lines: readonly Entry[]): Effect[] {
  return lines.flatMap((line) => {
    if (line.k !== 'absent' && line.k !== 'back') return [];
    const text = line.k === 'back' ? `${line.agent} is back and works on.` : absenceText(line);
    return peopleOf(config).map((to): Effect => ({ k: 'notice', to, about: 'edit', text }));
  });
}

function absenceText({ agent, why, out }: Extract<Entry, { k: 'absent' }>): string {
  if (!out) return `${agent} is set aside: ${why} Its mail waits.`;
  return `${agent} is no agent any more: its folder is gone. Put it back, and ${agent} works on with its mail; or take it out of org/chart.yaml.`;
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
            text: `${line.id} cannot be delivered again: ${line.path} is gone or cannot be read`,
          }),
        ),
  );
}
