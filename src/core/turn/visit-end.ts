/** Decides when a visit is over, and which of its texts is its answer. Pure. */
import { recentOf, tasksIn } from '../mail/known.ts';
import { ASKS } from '../mail/owed.ts';
import type { Reply } from '../model/call.ts';
import type { Config } from '../model/config.ts';
import type { Cause } from '../model/entry.ts';
import type { State } from '../model/state.ts';
import type { Done } from '../model/tool.ts';

/** What the acts of a reply came to. */
export interface StepResult {
  /** One of them has a result that the model wants to see. */
  again: boolean;
  /** One of them was refused, or failed. */
  failed: boolean;
}

/**
 * Whether a visit is over after a reply: the model called no tool, or it called `done` and nothing was refused or failed.
 * Rules that stand for a model end it unless one of their acts asks for a result.
 */
export function isOver({ acts, ends }: Pick<Reply, 'acts' | 'ends'>, result: StepResult, done: Done | null): boolean {
  if (acts.length === 0) return true;
  if (done !== null && !result.failed) return true;
  return ends === true && !result.again;
}

/** Text of a reply. */
export interface Said {
  text: string;
  /** The reply before it only sent messages or kept notes, so that the text says no more than "Done.". */
  isClosing: boolean;
}

/** The text that goes to a person who got no message: the last one, but a closing word only when there is no other. */
export function answerIn(said: readonly Said[]): string | undefined {
  return (said.findLast(({ isClosing }) => !isClosing) ?? said.at(-1))?.text;
}

/**
 * To whom the answer of `done` goes: to the people who wrote; else to colleagues who asked for something; else to those to whom
 * the agent owes an answer in these conversations, people first; else, when colleagues only report, to whoever gave the agent
 * this work; else to the author of the latest mail. Empty when the visit was given no mail.
 */
export function answerTo(config: Config, state: State, agent: string, given: readonly Cause[]): string[] {
  const isOfPerson = ({ from }: Pick<Cause, 'from'>): boolean => config.agents.get(from)?.person === true;
  const asking = given.filter(({ id }) => ASKS.has(state.mail.waiting.get(id)?.kind ?? ''));
  const owed = (state.mail.owed.get(agent) ?? []).filter(({ thread }) => given.some((mail) => mail.thread === thread));
  const sources = [given.filter(isOfPerson), asking, owed.filter(isOfPerson), owed, giversOf(state, agent, given)];
  const mail = sources.find((some) => some.length > 0) ?? [];
  return [...new Set(mail.map(({ from }) => from))];
}
/** Who gave the agent the work on which this mail reports, if it only reports; else the author of the latest mail. */
function giversOf(state: State, agent: string, given: readonly Cause[]): Pick<Cause, 'from'>[] {
  const isReport = given.every(({ id }) => REPORTS.has(state.mail.waiting.get(id)?.kind ?? ''));
  const said = isReport ? recentOf(state, agent) : [];
  const givers = given.flatMap(({ thread }) => tasksIn(said, agent, thread)).filter(({ from }) => from !== agent);
  return givers.length > 0 ? givers.slice(-1) : given.slice(-1);
}
const REPORTS: ReadonlySet<string> = new Set(['response', 'report', 'status']);
