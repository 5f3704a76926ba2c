import { describe, expect, it } from 'vitest';
import { type Prompt, ProviderError, type Reply } from '../../src/core/model/call.ts';
import simulated from '../../src/providers/simulated.ts';
import { keepsTheContract, type Scene } from './contract.ts';
import { mailOf, modelOf, promptOf, secondCall, world } from './world.ts';

const never = new AbortController().signal;

function open(options: Record<string, unknown>, outside = world()) {
  return simulated.connect(modelOf({ provider: 'simulated', options }), outside);
}

async function ask(options: Record<string, unknown>, prompt: Prompt): Promise<Reply> {
  return (await open(options)).complete(prompt, never);
}

/** Replies, or failures, of that many turns. */
async function turns(options: Record<string, unknown>, count: number, fields: Partial<Prompt> = {}) {
  const connection = await open(options);
  return Promise.all(
    Array.from({ length: count }, (_, i) =>
      connection.complete(promptOf({ ...fields, turn: i + 1 }), never).catch((error: ProviderError) => error),
    ),
  );
}

function mean(numbers: number[]): number {
  return numbers.reduce((sum, one) => sum + one, 0) / numbers.length;
}

const SCENES: Record<Scene, Record<string, unknown>> = {
  answers: { reply_rate: 0.5, forward_rate: 0.5, neighbours: ['planner', 'manager', 'hr'] },
  quotes: { reply_rate: 1 },
  hangs: { latency: { mean_ms: 60_000 } },
  fails: { latency: { mean_ms: 1 }, failure_rate: 1 },
};

keepsTheContract(simulated, async (scene) => {
  const outside = world();
  const connection = await open(SCENES[scene], outside);
  return { connection, attempts: () => outside.slept.length, started: async () => undefined };
});

describe('a simulated model', () => {
  it('depends on the seeds, the turn, the agent and the call', async () => {
    const base = promptOf();
    const bodies = await Promise.all([
      ask({ to: 'x' }, base),
      ask({ to: 'x', seed: 1 }, base),
      ask({ to: 'x' }, { ...base, seed: 'other' }),
      ask({ to: 'x' }, { ...base, turn: 8 }),
      ask({ to: 'x' }, { ...base, agent: 'planner' }),
    ]);
    expect(new Set(bodies.map((reply) => JSON.stringify(reply.acts))).size).toBe(5);
  });

  it('answers mail at the given rate, but never notices', async () => {
    const replies = (await turns({ reply_rate: 0.3 }, 2000)) as Reply[];
    expect(mean(replies.map((reply) => reply.acts.length))).toBeCloseTo(0.3, 1);
    expect(replies.find((reply) => reply.acts.length)?.acts[0]).toMatchObject({
      tool: 'send_message',
      input: { to: 'human', subject: 'Re: Hello', reply_to: '000001-human-01' },
    });
    expect((await ask({ reply_rate: 1 }, promptOf({ mail: [mailOf({ kind: 'notice' })] }))).acts).toEqual([]);
  });

  it('forwards to every neighbour but itself, else to the senders', async () => {
    const options = { forward_rate: 1, neighbours: ['manager', 'planner', 'hr'] };
    const replies = (await turns(options, 200)) as Reply[];
    const targets = replies.flatMap((reply) => reply.acts.map((act) => (act.input as { to: string }).to));
    expect(new Set(targets)).toEqual(new Set(['planner', 'hr']));
    expect((await ask({ forward_rate: 1 }, promptOf())).acts[0]?.input).toMatchObject({ to: 'human' });
    expect((await ask({ forward_rate: 1 }, promptOf({ mail: [] }))).acts).toEqual([]);
    expect((await ask(options, promptOf({ mail: [] }))).acts).toHaveLength(1);
  });

  it('writes to one agent in each visit, with a body of the given length', async () => {
    const reply = await ask({ to: 'planner', body_chars: 1000 }, promptOf({ mail: [] }));
    expect(reply.acts.map((act) => (act.input as { body: string }).body.length)).toEqual([1000]);
    expect((await ask({ to: 'planner', body_chars: 0 }, promptOf())).acts[0]?.input).toMatchObject({ body: '' });
    expect(await ask({ to: 'planner' }, secondCall())).toMatchObject({ text: '', acts: [] });
  });

  it('fails at the given rate, with each of the given failures', async () => {
    const outcomes = await turns({ failure_rate: 0.2, failures: ['timeout', 'refused'] }, 2000);
    const failures = outcomes.filter((outcome) => outcome instanceof ProviderError).map((error) => error.failure);
    expect(failures.length / 2000).toBeCloseTo(0.2, 1);
    expect(new Set(failures)).toEqual(new Set(['timeout', 'refused']));
  });

  it.each(['fixed', 'uniform', 'lognormal', 'exponential'])(
    'draws %s numbers of the given mean',
    async (distribution) => {
      const replies = (await turns({ input_tokens: { distribution, mean: 1000 } }, 4000)) as Reply[];
      const counts = replies.map((reply) => reply.usage?.input ?? 0);
      expect(mean(counts)).toBeGreaterThan(930);
      expect(mean(counts)).toBeLessThan(1070);
      expect(new Set(counts).size === 1).toBe(distribution === 'fixed');
    },
  );

  it('never reports more output than the prompt allows', async () => {
    expect((await ask({ output_tokens: { mean: 9000 } }, promptOf())).usage).toMatchObject({ output: 500 });
  });

  it('takes its time through the outside, and no timer for no latency', async () => {
    const outside = world();
    await (await open({ latency: { distribution: 'fixed', mean_ms: 3 } }, outside)).complete(promptOf(), never);
    await (await open({ latency: { distribution: 'exponential', mean_ms: 0 } }, outside)).complete(promptOf(), never);
    expect(outside.slept).toEqual([3]);
  });

  it('answers anew each time when it is told to differ', async () => {
    const options = { answers: 'differ', to: 'x' };
    const replies = await Promise.all([ask(options, promptOf()), ask(options, promptOf()), ask(options, promptOf())]);
    expect(new Set(replies.map((reply) => JSON.stringify(reply.acts))).size).toBe(3);
  });

  it.each([{ latency: { mean: 1 } }, { failure_rate: 2 }, { failures: [] }, { unknown: 1 }])(
    'refuses the options %j',
    async (options) => {
      const error = await open(options).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ failure: 'bad-request' });
      expect((error as Error).message).toMatch(/^org\/models\.yaml.*options/);
    },
  );
});
