// Checks without cost whether the models of an organisation could be called.
import { ProviderError } from '../../core/model/call.ts';
import type { Config } from '../../core/model/config.ts';
import { UNPRICED } from '../../core/money/money.ts';
import type { Clock } from '../../disk/fs/clock.ts';
import type { ModelHealth } from '../../views/org/health.ts';
import type { ModelCalls, ModelLine } from './calls.ts';

/** How long one model may take to answer, in milliseconds. */
const PATIENCE_MS = 10_000;

/** How many models are checked at the same time. */
const AT_A_TIME = 8;

/** Checks all models, in the order of org/models.yaml. Rejects only if `stop` is aborted. */
export async function reach(
  config: Config,
  calls: ModelCalls,
  clock: Clock,
  stop: AbortSignal,
): Promise<ModelHealth[]> {
  const found: ModelHealth[] = [];
  const waiting = [...config.models].entries();
  const take = async (): Promise<void> => {
    for (const [i, [name, { provider }]] of waiting)
      found[i] = { model: name, provider, ...(await ask(config, calls, name, clock, stop)) };
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, take));
  return found;
}

async function ask(
  config: Config,
  calls: ModelCalls,
  name: string,
  clock: Clock,
  stop: AbortSignal,
): Promise<Omit<ModelHealth, 'model' | 'provider'>> {
  const start = clock.ticks();
  let unpriced = '';
  const told = (message: string) => {
    const said = unpriced ? `${message.replace(/\.$/, '')}; ${unpriced}` : message;
    return { message: said, ms: Math.round(clock.ticks() - start) };
  };
  try {
    const line = await calls.line(config, name);
    if (!line.price) unpriced = `it ${UNPRICED}`;
    return { ok: true, ...told(await withPatience((signal) => probe(line, signal), clock, stop)) };
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

/** Ends the work with a `timeout`, or abandons it if it ignores the signal. */
async function withPatience<T>(work: (signal: AbortSignal) => Promise<T>, clock: Clock, stop: AbortSignal): Promise<T> {
  const end = new AbortController();
  const signal = AbortSignal.any([stop, end.signal]);
  const late = clock.sleep(PATIENCE_MS, signal).then(() => {
    throw new ProviderError('timeout', `no answer within ${PATIENCE_MS} ms`);
  });
  try {
    return await Promise.race([work(signal), late]);
  } finally {
    end.abort();
  }
}
