import { ProviderError } from '../core/call.ts';
import type { Config } from '../core/config.ts';
import { UNPRICED } from '../core/money.ts';
import { realClock } from '../disk/clock.ts';
import { Calls, type ModelLine } from '../engine/calls.ts';
import { readOrg, realPorts } from '../engine/open.ts';
import { healthOfAgents, type ModelHealth, printHealth } from '../views/health.ts';
import type { Command, Run } from './command.ts';

export const command: Command = {
  name: 'health',
  group: 'look',
  summary: 'Show how well each agent is, and whether the models can be reached',
  examples: [
    { line: 'lemming health', does: 'shows the health of each agent, with the reason of its last failure' },
    { line: 'lemming health --providers', does: 'asks each configured model if it could be called, without cost' },
  ],
  args: [],
  flags: [{ name: 'providers', about: 'also ask each configured model; exit code 8 when one cannot be reached' }],
  reads: true,
};

/** How long one model may take to answer, milliseconds. */
const PATIENCE_MS = 10_000;

/** Models that are asked at the same time. */
const AT_A_TIME = 8;

/** Exit code when a model cannot be reached. */
const UNREACHABLE = 8;

export const run: Run = async (world, input) => {
  const view = readOrg(world);
  const { config, state, redact } = view;
  const agents = healthOfAgents(config, state);
  if (input.flags.providers !== true) return { data: { agents }, text: printHealth(agents, null) };
  const calls = new Calls(realPorts(world), view.loaded.journal, state);
  const asked = await askAll(config, calls, world.signal);
  const providers = asked.map((one) => ({ ...one, message: redact(one.message) }));
  const exit = providers.every(({ ok }) => ok) ? 0 : UNREACHABLE;
  return { data: { agents, providers }, text: printHealth(agents, providers), exit };
};

/** Asks all models, in the order of org/models.yaml. Rejects only when `stop` is aborted. */
async function askAll(config: Config, calls: Calls, stop: AbortSignal): Promise<ModelHealth[]> {
  const found: ModelHealth[] = [];
  const waiting = [...config.models].entries();
  const take = async (): Promise<void> => {
    for (const [i, [name, { provider }]] of waiting)
      found[i] = { model: name, provider, ...(await ask(config, calls, name, stop)) };
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, take));
  return found;
}

async function ask(
  config: Config,
  calls: Calls,
  name: string,
  stop: AbortSignal,
): Promise<Omit<ModelHealth, 'model' | 'provider'>> {
  const start = realClock.ticks();
  let unpriced = '';
  const told = (message: string) => {
    const said = unpriced ? `${message.replace(/\.$/, '')}; ${unpriced}` : message;
    return { message: said, ms: Math.round(realClock.ticks() - start) };
  };
  try {
    const line = await calls.line(config, name);
    if (!line.price) unpriced = `it ${UNPRICED}`;
    return { ok: true, ...told(await withPatience((signal) => probe(line, signal), stop)) };
  } catch (error) {
    if (stop.aborted) throw error;
    const failure = error instanceof ProviderError ? error.failure : 'unavailable';
    return { ok: false, failure, ...told(error instanceof Error ? error.message : String(error)) };
  }
}

async function probe({ connection, provider }: ModelLine, signal: AbortSignal): Promise<string> {
  const opened = await connection;
  if (opened.probe) return opened.probe(signal);
  return provider.free ? 'needs no service' : 'no probe';
}

/** Ends the work, or leaves it alone when it does not listen, with a `timeout`. */
async function withPatience<T>(work: (signal: AbortSignal) => Promise<T>, stop: AbortSignal): Promise<T> {
  const end = new AbortController();
  const signal = AbortSignal.any([stop, end.signal]);
  const late = realClock.sleep(PATIENCE_MS, signal).then(() => {
    throw new ProviderError('timeout', `no answer within ${PATIENCE_MS} ms`);
  });
  try {
    return await Promise.race([work(signal), late]);
  } finally {
    end.abort();
  }
}
