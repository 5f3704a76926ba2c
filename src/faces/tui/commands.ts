import type { Input, Run, World } from '../../commands/command.ts';
import { run as topUp } from '../../commands/money/top-up.ts';
import { run as ack } from '../../commands/people/ack.ts';
import { run as approve } from '../../commands/people/approve.ts';
import { run as deny } from '../../commands/people/deny.ts';
import { run as read } from '../../commands/people/read.ts';
import { run as reply } from '../../commands/people/reply.ts';
import { run as retry } from '../../commands/people/retry.ts';
import { run as send } from '../../commands/people/send.ts';
import { run as pause } from '../../commands/run/pause.ts';
import { run as resume } from '../../commands/run/resume.ts';
import { run as run_ } from '../../commands/run/run.ts';
import { run as step } from '../../commands/run/step.ts';
import { run as validate } from '../../commands/start/validate.ts';
import { printFault } from '../../schema/fault.ts';
import { faultsOf } from '../cli/faults.ts';

/** The commands that keys stand for. */
const RUNS = {
  ack,
  approve,
  deny,
  pause,
  read,
  reply,
  resume,
  retry,
  run: run_,
  send,
  step,
  'top-up': topUp,
  validate,
} satisfies Record<string, Run>;
export type Verb = keyof typeof RUNS;

/** What a command said, line by line, and whether it did what was asked. */
export interface Done {
  ok: boolean;
  lines: string[];
}

/** Does a command as the command line would; what it says as it goes is told at once. */
export async function act(
  world: World,
  verb: Verb,
  given: Partial<Input>,
  told: (line: string) => void,
  signal: AbortSignal,
): Promise<Done> {
  const said: string[] = [];
  const hear = (line: string): void => {
    said.push(line);
    told(line);
  };
  const own: World = { ...world, json: false, interactive: false, stays: true, say: hear, print: hear, signal };
  try {
    const { data, text, exit = 0 } = await RUNS[verb](own, { args: {}, rest: [], flags: {}, ...given });
    const lines = isSent(data)
      ? [`Written to ${data.to.join(', ')}; it is taken in the next turn.`]
      : text.split('\n').filter(Boolean);
    return { ok: exit === 0, lines: [...lines, ...said] };
  } catch (error) {
    return { ok: false, lines: faultsOf(error).map(printFault) };
  }
}

/** What `send` and `reply` give: their text is the path of a file, which nobody at a screen needs. */
function isSent(data: object): data is { to: string[] } {
  return 'path' in data && 'to' in data && 'from' in data && !('id' in data);
}
