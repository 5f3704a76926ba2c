/** How long a held act waits, who is asked next, and which held acts are the same. */
import { copyWith, defined } from '../../schema/copy.ts';
import { printValue } from '../../schema/print.ts';
import type { Config } from '../model/config.ts';
import type { Held, InputEntry } from '../model/entry.ts';
import type { Approval } from '../model/state/approvals.ts';
import type { State } from '../model/state.ts';
import type { Draft } from '../model/tool.ts';
import { nextAsked } from '../rights/approvers.ts';

const UNITS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** How long a held act waits for those who were asked. */
type Timeout = { turns: number } | { ms: number };

/** `12 turns`, or a wall time such as `24h`. */
export function readTimeout(text: string): Timeout {
  const n = Number.parseInt(text, 10);
  return / turns?$/.test(text) ? { turns: n } : { ms: n * UNITS[text.at(-1) as keyof typeof UNITS] };
}

/** Whether held acts wait for turns to pass, so that even a turn in which nobody is due changes something. */
export function waitsForTurns(config: Config, state: State): boolean {
  const { timeout } = config.org.approvals;
  return (
    timeout !== null &&
    'turns' in readTimeout(timeout) &&
    [...state.approvals.pending.values()].some(({ answer }) => !answer)
  );
}

/** The answer that counts when nobody answers: the default of org.yaml; but an act that was tried before needs a person. */
export function lapseOf(config: Config, { over }: Pick<Held, 'over'>): 'approve' | 'deny' {
  return over === undefined ? config.org.approvals.default : 'deny';
}

/** One sentence: what happens when nobody answers an act that `contacts` were asked about in that turn. */
export function otherwiseOf(
  config: Config,
  contacts: readonly string[],
  turn: number,
  decision = config.org.approvals.default,
): string {
  const { timeout } = config.org.approvals;
  if (timeout === null) return 'It waits until someone answers.';
  const limit = readTimeout(timeout);
  const when = 'turns' in limit ? `before turn ${turn + limit.turns}` : `within ${timeout}`;
  const next = nextAsked(config, contacts).map((name) => `then ${name} is asked for the same time, `);
  return `If there is no answer ${when}, ${next.join('')}${next.length ? 'then ' : ''}it is ${decision === 'approve' ? 'approved' : 'denied'}.`;
}

/** What two held acts must share to be the same for the person who answers. */
type Sameness = Pick<Held, 'agent' | 'tool' | 'input'> & { over: string | undefined };

/** The held act of the agent, of an earlier turn or this one, that is the same. Pure. */
export function waitingLike(
  { approvals }: Pick<State, 'approvals'>,
  { heldBefore, held }: Pick<Draft, 'heldBefore' | 'held'>,
  act: Sameness,
): Held | undefined {
  const unanswered = [...approvals.pending.values()].filter(({ answer }) => answer === null);
  return [...unanswered, ...heldBefore, ...held].find(
    ({ agent, tool, input, over }) =>
      agent === act.agent && tool === act.tool && over === act.over && printValue(input) === printValue(act.input),
  );
}

/** A held act after the next person was asked. */
export function escalatedHeld({ held, to, otherwise, text }: Extract<InputEntry, { k: 'escalated' }>): Held {
  return copyWith(held, { contacts: [...held.contacts, to], otherwise, ...defined({ text }) });
}

/** The part of an approval that its file shows. */
export function heldOf({ asked: _asked, time: _time, answer: _answer, ...held }: Approval): Held {
  return held;
}
