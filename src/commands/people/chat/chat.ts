/** `lemming chat`: talks with an agent at the keyboard. */
import { mailFiles, readMail } from '../../../app/look/mail-index.ts';
import { readOrg } from '../../../app/read-org.ts';
import { personOf } from '../../../app/seats.ts';
import type { View } from '../../../app/view.ts';
import { mayWriteTo } from '../../../core/model/config.ts';
import { FaultError, failure, printFault } from '../../../schema/fault.ts';
import type { Definition, Run } from '../../command.ts';
import type { LinesWithin, Typing, World } from '../../world.ts';
import { blocks } from './multi-line.ts';
import { ChatSession } from './session.ts';
import { obey, slashesFor } from './slash.ts';

export const command = {
  name: 'chat',
  group: 'people',
  summary: 'Talk with an agent, line by line',
  examples: [
    { line: 'lemming chat planner', does: 'sends each line to the planner and shows its answer; /help lists the rest' },
    { line: 'echo "What is open?" | lemming chat', does: 'asks the first agent of the chart one question' },
    { line: 'lemming chat planner --thread 000003-human-01', does: 'continues an earlier conversation' },
  ],
  args: [
    { name: 'agent', about: 'the agent to talk with (default: the first one that you can write to)', optional: true },
  ],
  flags: [{ name: 'thread', value: 'ID', about: 'the conversation to continue, or one of its messages' }],
  reads: false,
  right: 'owner',
  output: (z) =>
    z.strictObject({
      agent: z.string(),
      thread: z.string(),
      lines: z.number(),
      answered: z.number(),
      spent: z.number(),
    }),
} as const satisfies Definition;

/** Each line becomes a message of one conversation. Turns are made until it is answered, or nobody is due. */
export const run: Run<typeof command> = async (world, input) => {
  const view = readOrg(world);
  const person = personOf(view);
  const talk = new ChatSession(world, person);
  await begin(talk, world, view, input.args.agent, input.flags.thread);
  let open = false;
  const others = await world.within?.();
  const typing = typingAt(talk, view, () => open, others);
  const lines = blocks(world.lines(typing), (unfinished) => {
    open = unfinished;
  });
  for await (const line of lines) {
    if (world.signal.aborted || line.trim() === '/quit') break;
    if (line.trim() !== '') await take(talk, world, line.trim(), others);
    if (world.signal.aborted) break;
  }
  if (world.signal.aborted) world.say(talk.stopped());
  return { data: talk.summary(), text: '', exit: talk.exit() };
};

async function begin(talk: ChatSession, world: World, { config }: View, name: string | undefined, thread: unknown) {
  const { person } = talk;
  const agent = name ?? mayWriteTo(config, person).find((other) => !config.agents.get(other)?.person);
  if (agent === undefined)
    throw failure('refused', `No edge of the chart leads from ${person} to an agent (rule: edge).`);
  talk.turnTo(agent);
  if (typeof thread === 'string') await obey(talk, world, `/thread ${thread}`);
  if (typeof thread === 'string' && name !== undefined) talk.goOnIn(talk.thread, name);
  world.say(`You are talking with ${talk.agent}. /help lists the commands, /quit ends the chat.`);
}

/** How many earlier messages of the person can be recalled at the keyboard. */
const FETCHED = 100;

function typingAt(
  talk: ChatSession,
  { disk, state }: View,
  open: () => boolean,
  others: LinesWithin | undefined,
): Typing {
  return {
    prompt: () => (open() ? '... ' : `${talk.agent}> `),
    history: () =>
      [...readMail(disk, mailFiles({ disk, state }, { authors: [talk.person] }).slice(-FETCHED))].map(({ body }) =>
        body.trim(),
      ),
    complete: (line) => (line.startsWith('/') ? slashesFor(line, others) : []),
  };
}

/** Handles one text from the keyboard. A fault is printed, and the session goes on. */
async function take(talk: ChatSession, world: World, text: string, others?: LinesWithin): Promise<void> {
  try {
    await (/^\/\S*/.test(text) && !text.includes('\n') ? obey(talk, world, text, others) : talk.ask(text));
  } catch (error) {
    if (!(error instanceof FaultError)) throw error;
    for (const fault of error.faults) world.say(printFault(fault));
  }
}
