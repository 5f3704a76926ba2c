import { mayWriteTo } from '../core/config.ts';
import { personOf, readOrg } from '../engine/open.ts';
import { FaultError, failure, printFault } from '../schema/fault.ts';
import type { Command, Run } from './command.ts';
import { Talk } from './talk.ts';

export const command: Command = {
  name: 'chat',
  group: 'people',
  summary: 'Talk with an agent, line by line',
  examples: [
    { line: 'lemming chat planner', does: 'sends each line to the planner and shows its answer; /quit ends' },
    { line: 'echo "What is open?" | lemming chat', does: 'asks one question of the first agent of the chart' },
  ],
  args: [{ name: 'agent', about: 'with whom; the first agent you can write to when left out', optional: true }],
  flags: [],
  reads: false,
};

const HELP =
  '/to AGENT talks with another, /attach FILE goes with the next line, /step makes one turn, /cost tells the cost, /quit ends';

/** Each line becomes a message of one conversation; turns are made until its answer is there, or nobody is due. */
export const run: Run = async (world, input) => {
  const { config } = readOrg(world);
  const person = personOf(config);
  const agent = input.args.agent ?? mayWriteTo(config, person).find((name) => !config.agents.get(name)?.person);
  if (agent === undefined)
    throw failure('refused', `No edge of the chart leads from ${person} to an agent (rule: edge).`);
  const talk = new Talk(world, person);
  talk.turnTo(agent);
  world.say(`You talk with ${agent}. ${HELP}.`);
  for await (const line of world.lines()) {
    if (world.signal.aborted || line.trim() === '/quit') break;
    if (line.trim() !== '') await take(talk, line.trim(), (text) => world.say(text));
  }
  return { data: talk.summary(), text: '', exit: talk.exit() };
};

/** One line from the keyboard. What goes wrong is said, and the talk goes on. */
async function take(talk: Talk, line: string, say: (text: string) => void): Promise<void> {
  const [, word = '', rest = ''] = /^\/(\w+)\s*(.*)$/.exec(line) ?? [];
  try {
    if (!line.startsWith('/')) return await talk.ask(line);
    if (word === 'to') talk.turnTo(rest);
    else if (word === 'attach') talk.attach(rest);
    else if (word === 'step') await talk.step();
    else if (word === 'cost') say(talk.cost());
    else say(HELP);
  } catch (error) {
    if (!(error instanceof FaultError)) throw error;
    for (const fault of error.faults) say(printFault(fault));
  }
}
