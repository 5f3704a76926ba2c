/** Says which people are asked about a held act, and in which order. */
import type { Config } from '../model/config.ts';
import { isPersonIn } from '../model/config.ts';

/** The seats of the named people, each once: a person of the chart, or a contact's seat. */
export function seatsOf(config: Config, names: readonly string[]): string[] {
  const seat = (name: string): string => config.contacts.get(name)?.seat ?? name;
  return [...new Set(names.map(seat))].filter((name) => isPersonIn(config, name));
}

/** The people who are asked first: those who were named, otherwise the first of `escalate_to`, otherwise everybody. */
export function askedFirst(config: Config, names: readonly string[]): string[] {
  const choices = [seatsOf(config, names), nextAsked(config, []).slice(0, 1), seatsOf(config, config.order)];
  return choices.find((people) => people.length > 0) ?? [];
}

/** Who is asked after those who were. */
export function nextAsked(config: Config, contacts: readonly string[]): string[] {
  return seatsOf(config, config.org.approvals.escalate_to).filter((name) => !contacts.includes(name));
}
