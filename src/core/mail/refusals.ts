/**
 * Decides whether a refused prompt is the fault of its mail or of the model.
 *
 * How the blame of a failed visit leads to attempts: `reply` counts one for its mail, `provider` and `config` (a bad request
 * that is not about the mail) count none. `refused`: the model refused the first prompt for its content or length. That
 * counts one; from then on such mail is given one message a visit, at last without all that a prompt can do without, and a
 * message is given up only when that is refused. `model`: since it answered last, the model refused two messages of one
 * agent, or two agents. That counts none, and its agents try one message a visit, with pauses, until one is answered.
 */
import { copyWith, withEntry } from '../../schema/copy.ts';
import type { VisitEffect } from '../model/entry.ts';
import type { Refusal } from '../model/state/calls.ts';
import { touch } from '../model/state/staff.ts';
import type { State } from '../model/state.ts';
import type { Finished } from '../model/visit.ts';
import { settleNotices } from './notices.ts';

/** Refusals of a model that are kept: enough to tell a pattern. */
const KEPT = 8;

/** The subject of a notice about a model that refuses whatever it is given. */
export const refusalsOf = (model: string): string => `refusals of ${model}`;

/** The visits of a turn, with `model` in place of `refused` where the model is at fault. Pure. */
export function judgeRefusals(state: State, visits: readonly Finished[]): Finished[] {
  return visits.map((visit) =>
    visit.blame === 'refused' && isModelAtFault(state, visits, visit) ? copyWith(visit, { blame: 'model' }) : visit,
  );
}

function isModelAtFault(state: State, visits: readonly Finished[], { model = '', given }: Finished): boolean {
  if (given.length === 0) return true;
  if ((state.calls.tries.get(model)?.replies ?? 0) > 0) return false;
  const now = visits.filter((one) => one.blame === 'refused' && one.model === model);
  return refusesAnything([
    ...refusalsBefore(state, model),
    ...now.map((one) =>
      refusalOf(
        one.agent,
        one.given.map(({ id }) => id),
      ),
    ),
  ]);
}

/** What a model refused since it answered last. */
export function refusalsBefore({ calls }: State, model: string): readonly Refusal[] {
  return calls.refusals.get(model) ?? [];
}

function refusalOf(agent: string, mail: readonly string[]): Refusal {
  return { agent, mail: mail.length === 1 ? (mail[0] as string) : null };
}

/** Whether two refusals have nothing in common but the model. */
export function refusesAnything(refusals: readonly Refusal[]): boolean {
  return refusals.some((one, i) => refusals.slice(0, i).some((other) => areApart(one, other)));
}

function areApart(one: Refusal, other: Refusal): boolean {
  if (one.mail === null || other.mail === null) return one.agent !== other.agent;
  return one.mail !== other.mail;
}

/** Applies a refused visit: marks its mail, and notes what the model refused. */
export function noteRefusal(state: State, { agent, mail, blame, long, model = '' }: VisitEffect): void {
  const turn = state.clock.turn + 1;
  touch(state.staff, agent).refused = blame === 'model' ? 'model' : 'mail';
  for (const id of mail) {
    const one = state.mail.waiting.get(id);
    if (!one) continue;
    const mark = long || one.refused?.[agent]?.long ? { turn, long: true as const } : { turn };
    state.mail.waiting.set(id, copyWith(one, { refused: withEntry(one.refused ?? {}, agent, mark) }));
  }
  const known = refusalsBefore(state, model);
  const fresh = refusalOf(agent, mail);
  const isKnown = known.some((one) => one.agent === fresh.agent && one.mail === fresh.mail);
  if (!isKnown && known.length < KEPT) state.calls.refusals.set(model, [...known, fresh]);
}

/** Applies a visit that was answered: its agent's former refusals prove nothing against a model any more. */
export function noteAnswered(state: State, agent: string): void {
  touch(state.staff, agent).refused = '';
  for (const [model, refusals] of state.calls.refusals)
    if (refusals.some((one) => one.agent === agent))
      keepRefusals(
        state,
        model,
        refusals.filter((one) => one.agent !== agent),
      );
}

/** At the end of a turn: a model that answered refuses not everything. */
export function settleRefusals(state: State): void {
  for (const model of state.calls.refusals.keys())
    if ((state.calls.tries.get(model)?.replies ?? 0) > 0) keepRefusals(state, model, []);
}

function keepRefusals(state: State, model: string, refusals: Refusal[]): void {
  if (refusals.length > 0) {
    state.calls.refusals.set(model, refusals);
    return;
  }
  state.calls.refusals.delete(model);
  settleNotices(state, refusalsOf(model));
}
