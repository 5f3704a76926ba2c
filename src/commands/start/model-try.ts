/** Tries the model of a seat: one question, asked and paid for like any other. */
import { readOrg } from '../../app/read-org.ts';
import { personOf } from '../../app/seats.ts';
import { sendMessage } from '../../app/send.ts';
import type { View } from '../../app/view.ts';
import { hasEdge } from '../../core/model/config.ts';
import { inboxOf } from '../../core/model/state/mail.ts';
import { failure } from '../../schema/fault.ts';
import { shorten } from '../../views/text/table.ts';
import { makeTurns } from '../run/turns.ts';
import type { World } from '../world.ts';

/** What came of the question. */
export interface Tried {
  agent: string;
  /** What the agent answered; null if it did not. */
  answer: string | null;
  /** In credits. */
  spent: number;
}

/** Characters of the answer that are shown. */
const SHOWN = 300;
/** Turns in which it must have answered: one for the question, and one more if its model is called again. */
const TURNS = 2;

/** Asks one of these agents, the first to whom the person may write, and makes turns in which only that agent is due. */
export async function tryModel(
  world: World,
  agents: readonly string[],
): Promise<Tried & { exit: number; text: string }> {
  const view = readOrg(world);
  const person = personOf(view);
  const agent = agents.find((name) => hasEdge(view.config, person, name));
  if (agent === undefined)
    throw failure('usage', 'You may write to none of these agents, so the model was not tried', {
      remedy: 'Name one that you have an edge to with --agent.',
    });
  const body = 'This is a test of your model. Answer this message with one short sentence, and do nothing else.';
  sendMessage(view, person, { to: [agent], subject: 'Test of your model', body });
  const { data, text, exit = 0 } = await makeTurns(world, 'model', { only: agent, turns: TURNS });
  const answer = answerOf(readOrg(world), person, agent, view.state.clock.turn);
  return {
    agent,
    answer,
    spent: data.spent,
    exit: answer === null ? exit || 1 : 0,
    text: answer === null ? text : `${agent} answered, for ${data.spent} credits: ${shorten(answer, SHOWN)}`,
  };
}

function answerOf({ state }: View, person: string, agent: string, after: number): string | null {
  return inboxOf(state.mail, person).findLast(({ from, turn }) => from === agent && turn > after)?.body ?? null;
}
