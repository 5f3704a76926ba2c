/** Finds work that an agent did again in a later visit, to the same end. */

import { inputFields } from '../../../../core/model/call.ts';
import { callName } from '../../../../core/text/call-name.ts';
import { aboutVisit, type Detector, type Shown } from '../../finding.ts';
import { ranSomething } from '../../past-work.ts';
import type { PastUse, PastVisit } from '../../visit-reader.ts';

/** Visits with the same program and the same result from which on it is a failure; the same file is written once. */
const RUNS = 3;
/** Calls of an agent that are remembered. */
const KEPT = 64;

/** A call, and the visits that made it. */
interface Made {
  use: PastUse;
  last: PastUse;
  ids: string[];
}

/** The same file with the same content written anew, or the same program with the same result again and again. */
export const detector: Detector = {
  kinds: {
    'repeated-work': {
      mode: 'repeats steps',
      found: 'an agent did the same again in a later visit, with the same result, and nothing had changed',
      remedy: 'Say in agents/{agent}/resume.md that what is done is remembered (remember) and not done again.',
    },
  },
  watch() {
    const made = new Map<string, Map<string, Made>>();
    let turn = 0;
    return {
      take(visit, { undone }) {
        for (const [path, at] of undone) if (at > turn) forget(made, path, null);
        turn = visit.turn;
        const own = made.get(visit.agent) ?? new Map<string, Made>();
        made.set(visit.agent, own);
        const found: Made[] = [];
        for (const use of visit.uses) {
          const again = isWork(use) ? note(own, visit, use) : null;
          if (again) found.push(again);
          for (const path of use.changed) forget(made, path, use);
        }
        if (gaveUp(visit)) own.clear();
        return found.slice(0, 1).map((one) => findingOf(visit, one));
      },
    };
  },
};

/** Whoever fails a task is to try the same again. */
function gaveUp({ replies }: PastVisit): boolean {
  return replies.some(({ acts }) => acts.some(({ tool }) => tool === 'fail_task'));
}

function isWork(use: PastUse): boolean {
  return use.ok && (use.tool === 'write_file' || ranSomething(use));
}

/** The calls that are the same, from the visit on in which they are too many. */
function note(own: Map<string, Made>, { turn, agent }: PastVisit, use: PastUse): Made | null {
  const key = JSON.stringify([use.tool, use.input, use.tool === 'write_file' ? '' : use.text]);
  const known = own.get(key) ?? { use, last: use, ids: [] };
  known.last = use;
  own.delete(key);
  own.set(key, known);
  const [oldest] = own.keys();
  if (own.size > KEPT && oldest !== undefined) own.delete(oldest);
  if (known.ids.some((id) => id.startsWith(`${turn}.`))) return null;
  known.ids.push(`${turn}.${agent}.${use.call}`);
  return known.ids.length === (use.tool === 'write_file' ? RUNS - 1 : RUNS) ? known : null;
}

/** Who changed something since has a reason to write or run again; so has everybody when something was undone (null). */
function forget(made: ReadonlyMap<string, Map<string, Made>>, path: string, by: PastUse | null): void {
  for (const own of made.values())
    for (const [key, { use, last }] of own) {
      const { path: written } = inputFields(use.input);
      const concerns = use.tool !== 'write_file' || (typeof written === 'string' && path.endsWith(written));
      if (concerns && last !== by) own.delete(key);
    }
}

function findingOf(visit: PastVisit, { use, ids }: Made): Shown {
  const { agent } = visit;
  return {
    kind: 'repeated-work',
    ...aboutVisit(visit),
    call: use.call,
    text: `${agent} made the same call of ${callName(use)} in ${ids.length} visits, with the same result, and nothing had changed in between.`,
    ids: [...ids],
    quote: use.text,
  };
}
