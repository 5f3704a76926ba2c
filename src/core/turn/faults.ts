/** Tells people about models that cannot be called as they are set up, and about mail that could be given only alone. Pure. */
import { aloneOf, configOf } from '../mail/notices.ts';
import { refusalsBefore, refusalsOf, refusesAnything } from '../mail/refusals.ts';
import { type Config, peopleOf } from '../model/config.ts';
import type { Effect } from '../model/entry.ts';
import { agentState } from '../model/state/staff.ts';
import type { State } from '../model/state.ts';
import type { Finished } from '../model/visit.ts';

/** A model that refuses every request, or whatever it is given: people are told at once, and again when the reason changes. */
export function modelNotices(config: Config, state: State, visit: Finished): Effect[] {
  const { agent, blame, model = '', reason = '' } = visit;
  const { failures, lastReason } = agentState(state.staff, agent);
  if (blame === 'config') {
    if (failures > 0 && lastReason === reason) return [];
    const text = `${agent} cannot work: ${reason}. Its mail waits, and nothing is given up. Correct its model in org/models.yaml; the next lemming run tries again at once`;
    return toPeople(config, configOf(agent), text);
  }
  if (failures > 0 && refusesAnything(refusalsBefore(state, model))) return [];
  const text = `The model ${model} refuses whatever it is given, last: ${reason}. Nothing is given up: its agents try one message at a time, with pauses. Look at org/models.yaml, or name another model in the resumes; the next lemming run tries again at once`;
  return toPeople(config, refusalsOf(model), text);
}

/** A message that was answered only when the rest of the prompt was left out is not at fault. */
export function aloneNotices(config: Config, turn: number, { agent, given, omitted = [] }: Finished): Effect[] {
  const mail = given[0];
  if (!mail || omitted.length === 0) return [];
  const text = `The model of ${agent} refused ${mail.id} together with other texts, and answered it alone, so the message is not at fault. What was left out may be: ${omitted.join(', ')}. lemming show ${turn}.${agent} shows the visit`;
  return toPeople(config, aloneOf(agent), text);
}

function toPeople(config: Config, of: string, text: string): Effect[] {
  return peopleOf(config).map((to): Effect => ({ k: 'notice', to, about: 'model', text, of }));
}
