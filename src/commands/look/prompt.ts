/** `lemming prompt`: shows the parts of an agent's prompt. */
import { portsOf } from '../../app/ports.ts';
import { readOrg } from '../../app/read-org.ts';
import { checkAgent } from '../../app/seats.ts';
import type { View } from '../../app/view.ts';
import { isPersonIn } from '../../core/model/config.ts';
import { journalLines } from '../../engine/journal/history.ts';
import { promptAhead } from '../../engine/replay/preview.ts';
import { failure } from '../../schema/fault.ts';
import { type ShownCall, visitIn } from '../../views/journal/call.ts';
import { type CallParts, callParts, partsOf, printCallParts } from '../../views/journal/prompt-parts.ts';
import type { Definition, Run } from '../command.ts';

export const command = {
  name: 'prompt',
  group: 'look',
  summary: 'Show the prompt of an agent in parts, with tokens and what of it is cached',
  examples: [
    { line: 'lemming prompt planner', does: 'what the planner would be sent now; calls nobody' },
    { line: 'lemming prompt planner --turn 7', does: 'what it was sent in turn 7, call by call' },
  ],
  args: [{ name: 'agent', about: 'whose prompt' }],
  flags: [{ name: 'turn', value: 'N', kind: 'whole', least: 1, about: 'what was sent in that turn' }],
  reads: true,
  right: 'look',
  output: (z) =>
    z.strictObject({
      agent: z.string(),
      turn: z.number(),
      due: z.strictObject({ due: z.boolean(), why: z.string() }).nullable(),
      calls: z.array(
        z.strictObject({
          key: z.string().nullable(),
          model: z.string().nullable(),
          tokens: z.number(),
          same: z.number(),
          counted: z.strictObject({ input: z.number(), cached: z.number(), output: z.number() }).nullable(),
          parts: z.array(z.strictObject({ name: z.string(), tokens: z.number(), same: z.boolean(), text: z.string() })),
        }),
      ),
    }),
} as const satisfies Definition;

/** Calls nobody and writes nothing. Throws `not-found` for a person, an unknown name, and a turn without a visit. */
export const run: Run<typeof command> = async (world, { args, flags }) => {
  const view = readOrg(world);
  const { agent } = args;
  if (flags.turn !== undefined) {
    const calls = sentIn(view, agent, flags.turn);
    return {
      data: { agent, turn: flags.turn, due: null, calls },
      text: printCallParts(agent, flags.turn, calls),
    };
  }
  checkAgent(view, agent);
  if (isPersonIn(view.config, agent))
    throw failure('not-found', `${agent} is a person, and gets no prompts.`, {
      remedy: 'Run lemming status to list the agents.',
    });
  const before = lastCall(view, agent, Infinity);
  const { machine, root, env } = world;
  const { turn, due, prompt, model } = await promptAhead(portsOf({ machine, root, env }), view.loaded, agent);
  const calls = [callParts({ key: null, model, counted: null, parts: partsOf(prompt, before) })];
  const why = due.due ? `${agent} is due: ${due.why}.` : `${agent} is not due: ${due.why}.`;
  return { data: { agent, turn, due, calls }, text: `${why} ${printCallParts(agent, turn, calls)}` };
};

/** The calls of a visit in order. */
function sentIn(view: View, agent: string, turn: number): CallParts[] {
  const visit = visitIn(journalLines(view.disk), turn, agent);
  if (!visit || visit.calls.length === 0)
    throw failure('not-found', `${agent} was sent nothing in turn ${turn}.`, {
      remedy: `Run lemming show ${turn} to see the visits of the turn.`,
    });
  let before = lastCall(view, agent, turn);
  return visit.calls.map((call) => {
    const { key, model, answer } = call;
    const usage = answer?.k === 'reply' ? answer.reply.usage : null;
    const counted = usage && {
      input: usage.input + usage.cachedInput + usage.cacheWrite,
      cached: usage.cachedInput,
      output: usage.output,
    };
    const parts = partsOf(call, before);
    before = call;
    return callParts({ key, model, counted, parts });
  });
}

/** The last call of the agent before that turn. */
function lastCall({ disk }: View, agent: string, turn: number): ShownCall | null {
  let last = 0;
  for (const line of journalLines(disk))
    if (line.k === 'intent' && line.agent === agent && line.turn < turn) last = Math.max(last, line.turn);
  return visitIn(journalLines(disk), last, agent)?.calls.at(-1) ?? null;
}
