/** Shows what became of the messages of an author. */
import { awaitsAnswer, owesAnswer } from '../../core/mail/owed.ts';
import type { Config } from '../../core/model/config.ts';
import { deadOf } from '../../core/model/state/dead-letters.ts';
import type { State } from '../../core/model/state.ts';
import { parseMessageId } from '../../schema/name.ts';
import type { Message } from '../../schema/records/message.ts';
import { shorten } from '../text/table.ts';

/** What became of a message: each reader is in one of the lists. */
export interface Sent {
  id: string;
  subject: string;
  /** Readers who have not been given it, or could not be. */
  waiting: string[];
  /** Readers who were given it and have not answered. */
  read_by: string[];
  answered_by: string[];
}

/** Only the lists. */
export type MessageFate = Pick<Sent, 'waiting' | 'read_by' | 'answered_by'>;

/**
 * The messages of an author in the conversations that the state keeps, the oldest first. A later message of a reader to the
 * author in the same conversation counts as an answer, unless the reader still owes one. Pure.
 */
export function sentBy(config: Config, state: State, author: string): Sent[] {
  const sent: Sent[] = [];
  for (const tail of state.mail.threads.values())
    tail.forEach((said, i) => {
      if (said.from !== author) return;
      const { id, subject, to } = said;
      const kind = state.mail.waiting.get(id)?.kind ?? state.mail.texts.get(id)?.kind;
      const wrote = tail.slice(i + 1).filter((one) => one.to.includes(author));
      const answerers = wrote.map(({ from }) => from);
      sent.push({ id, subject, ...fateOf(config, state, { id, from: author, to, kind }, answerers) });
    });
  return sent.sort((a, b) => turnOf(a) - turnOf(b));
}

/**
 * What became of a message. A reader that owed an answer to it and owes none any more has answered: with a message, or by
 * closing it with `done`. `answerers` are readers that wrote to its author later. Pure.
 */
export function fateOf(
  config: Config,
  state: State,
  { id, from, to, kind }: Pick<Message, 'id' | 'from' | 'to'> & { kind: Message['kind'] | undefined },
  answerers: readonly string[] = [],
): MessageFate {
  const isAwaited = kind !== undefined && awaitsAnswer(config, { from, kind });
  const hasAnswered = (name: string): boolean =>
    !owesAnswer(state, name, id) && (answerers.includes(name) || (isAwaited && isInDebt(config, name)));
  const waits = [...(state.mail.waiting.get(id)?.waiting ?? []), ...deadOf(state.dead, id).flatMap(({ to }) => to)];
  const given = to.filter((name) => !waits.includes(name));
  return {
    waiting: to.filter((name) => waits.includes(name)),
    read_by: given.filter((name) => !hasAnswered(name)),
    answered_by: given.filter(hasAnswered),
  };
}

/** Whether an agent is one that owes answers: people do not, and rules that stand for a model only write. */
function isInDebt({ agents, models }: Config, name: string): boolean {
  const resume = agents.get(name);
  return resume?.person === false && !RULES.has(models.get(resume.model[0] ?? '')?.provider ?? '');
}
const RULES: ReadonlySet<string> = new Set(['scripted', 'simulated']);

function turnOf({ id }: Sent): number {
  return parseMessageId(id)?.turn ?? 0;
}

/** Who has got it and who has answered, in words. */
export function printFate({ waiting, read_by, answered_by }: MessageFate): string {
  const say = (what: string, names: readonly string[]): string =>
    names.length ? `${what} ${shorten(names.join(', '), 40)}` : '';
  return [say('waits for', waiting), say('read by', read_by), say('answered by', answered_by)]
    .filter(Boolean)
    .join('; ');
}
