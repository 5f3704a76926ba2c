/** Remembers what people denied. */
import { copyWith } from '../../schema/copy.ts';
import { printValue } from '../../schema/print.ts';
import type { Message } from '../../schema/records/message.ts';
import type { Json } from '../model/call.ts';
import type { Effect, Held } from '../model/entry.ts';
import { textHash } from '../model/hash.ts';
import type { Denied } from '../model/state/approvals.ts';
import type { State } from '../model/state.ts';
import type { ActContext, Staged } from '../model/tool.ts';

/** Denials that are kept at most, the latest. */
const KEPT = 1000;

/**
 * Why an act is refused instead of held: a person denied the same act in this conversation, and nobody has written in it
 * since. If it was asked for in another conversation too, it may be held again. Pure.
 */
export function deniedBefore({ state, agent, given }: ActContext, tool: string, input: Json): RefusedStaging | null {
  const hash = hashOf(input);
  for (const denied of denials(state)) {
    if (denied.over || !isSame(denied, agent, tool, hash)) continue;
    if (!given.every(({ thread }) => denied.threads.includes(thread))) continue;
    const why = denied.note && ` (${denied.note})`;
    const text = `It was denied by ${denied.by} in ${denied.id}${why}. It will only be asked again after a person has written to you about it, or if you want something else.`;
    return { ok: false, rule: 'denied', text };
  }
  return null;
}

/** What people denied: in earlier turns, and in the freeze of this one. */
function* denials({ approvals }: State): Generator<Denied> {
  yield* approvals.denied.values();
  for (const { answer, ...held } of approvals.pending.values())
    if (answer?.decision === 'deny' && answer.by !== 'nobody') yield denialOf(held, answer);
}

function isSame(denied: Pick<Denied, 'agent' | 'tool' | 'hash'>, agent: string, tool: string, hash: string): boolean {
  return denied.agent === agent && denied.tool === tool && denied.hash === hash;
}

/** The last denial of the same act, even in this turn; the person who is asked again is told of it. */
export function lastDenial({ state, agent }: ActContext, tool: string, input: Json): Held['denied'] {
  const hash = hashOf(input);
  const given = [...state.approvals.pending.values()].findLast(
    ({ answer, ...held }) =>
      answer?.decision === 'deny' && isSame({ hash: hashOf(held.input), ...held }, agent, tool, hash),
  );
  if (given?.answer) return { of: given.id, by: given.answer.by, note: given.answer.note };
  const last = [...state.approvals.denied.values()].findLast((denied) => isSame(denied, agent, tool, hash));
  return last && { of: last.id, by: last.by, note: last.note };
}

type RefusedStaging = Extract<Staged, { ok: false }>;

/** Records a denial by a person; a timeout is not a denial. */
export function noteDenial(state: State, { id, decision, by, note, held }: Extract<Effect, { k: 'decided' }>): void {
  if (decision !== 'denied' || by === 'nobody') return;
  state.approvals.denied.delete(id);
  state.approvals.denied.set(id, denialOf(held, { by, note }));
  for (const old of state.approvals.denied.keys())
    if (state.approvals.denied.size > KEPT) state.approvals.denied.delete(old);
    else return;
}

function denialOf({ id, agent, tool, input, cause }: Held, { by, note }: Pick<Denied, 'by' | 'note'>): Denied {
  return { id, agent, tool, hash: hashOf(input), by, note, threads: [...new Set(cause.map(({ thread }) => thread))] };
}

/** A person wrote: acts may be asked for again in that conversation, and by the agents to whom the person wrote. */
export function forgetDenials(state: State, { thread, to }: Pick<Message, 'thread' | 'to'>): void {
  for (const [id, denied] of state.approvals.denied) {
    const { threads, agent } = denied;
    if (threads.includes(thread) || (threads.length === 0 && to.includes(agent)))
      state.approvals.denied.set(id, copyWith(denied, { over: true }));
  }
}

function hashOf(input: Json): string {
  return textHash(printValue(input));
}
