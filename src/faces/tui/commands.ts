/** Runs the commands that keys stand for. */
import type { InputOf, Outcome } from '../../commands/command.ts';
import * as topUp from '../../commands/money/top-up.ts';
import * as ack from '../../commands/people/ack.ts';
import * as approve from '../../commands/people/approve.ts';
import * as deny from '../../commands/people/deny.ts';
import * as read from '../../commands/people/read.ts';
import * as reply from '../../commands/people/reply.ts';
import * as retry from '../../commands/people/retry.ts';
import * as send from '../../commands/people/send.ts';
import * as pause from '../../commands/run/pause.ts';
import * as resume from '../../commands/run/resume.ts';
import * as run from '../../commands/run/run.ts';
import * as step from '../../commands/run/step.ts';
import * as validate from '../../commands/start/validate.ts';
import type { World } from '../../commands/world.ts';
import { printFault } from '../../schema/fault.ts';
import { faultsOf } from '../cli/faults.ts';

/** The commands that keys stand for. */
const COMMANDS = {
  ack,
  approve,
  deny,
  pause,
  read,
  reply,
  resume,
  retry,
  run,
  send,
  step,
  'top-up': topUp,
  validate,
};
type Commands = { [V in keyof typeof COMMANDS]: (typeof COMMANDS)[V]['command'] };
export type KeyVerb = keyof Commands;

type Args<V extends KeyVerb> = InputOf<Commands[V]>['args'];

/** The input of a command of that name: its arguments, where it needs some. */
export type GivenTo<V extends KeyVerb> = Partial<InputOf<Commands[V]>> &
  (Partial<Args<V>> extends Args<V> ? unknown : { args: Args<V> });

const RUNS: { [V in KeyVerb]: { run(world: World, input: InputOf<Commands[V]>): Promise<Outcome> } } = COMMANDS;

/** The output of a command, line by line, and whether it succeeded. */
export interface CommandResult {
  ok: boolean;
  lines: string[];
}

/** Runs a command as the command line would; passes its remarks on at once. */
export async function act<V extends KeyVerb>(
  world: World,
  verb: V,
  given: GivenTo<V>,
  told: (line: string) => void,
  signal: AbortSignal,
): Promise<CommandResult> {
  const said: string[] = [];
  const hear = (line: string): void => {
    said.push(line);
    told(line);
  };
  const own: World = { ...world, json: false, interactive: false, stays: true, say: hear, print: hear, signal };
  try {
    const input = { args: {}, rest: [], flags: {}, ...given } as InputOf<Commands[V]>;
    const { text, exit = 0 } = await RUNS[verb].run(own, input);
    return { ok: exit === 0, lines: [...text.split('\n').filter(Boolean), ...said] };
  } catch (error) {
    return { ok: false, lines: faultsOf(error).map(printFault) };
  }
}
