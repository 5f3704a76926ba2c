/** Calls models: builds their wrappers and answers the thoughts of visits. */
import { type Prompt, ProviderError, printKey, REPLY_FAILURES, type Reply, Unasked } from '../../core/model/call.ts';
import type { Config } from '../../core/model/config.ts';
import type { IntentEntry } from '../../core/model/entry.ts';
import type { State } from '../../core/model/state.ts';
import { admits, closedFor, telling } from '../../core/money/breaker.ts';
import { countsTokens, worstCase } from '../../core/money/ledger.ts';
import { requestHash } from '../../core/prompt/pieces.ts';
import { DiskError } from '../../disk/fs/disk.ts';
import type { Journal } from '../../disk/journal/journal.ts';
import { outsideOf } from '../../disk/owner/owner.ts';
import type { Connection, Outside, Provider } from '../../providers/provider.ts';
import { breaker, leftAlone } from '../../providers/with/breaker.ts';
import { fallback, type Link } from '../../providers/with/fallback.ts';
import type { CallModel } from '../../providers/with/line.ts';
import { record } from '../../providers/with/record.ts';
import { timeout } from '../../providers/with/timeout.ts';
import type { Model, Price } from '../../schema/config/models.ts';
import { copyWith } from '../../schema/copy.ts';
import { FaultError } from '../../schema/fault.ts';
import type { Ports } from '../ports.ts';
import { type Asking, Attempts, outputLimit, requestBytes, type Thought } from './attempts.ts';
import { heardIn, overheard } from './listen.ts';
import type { LimitLoad } from './load-cache.ts';
import { RateLimits } from './rate-limits.ts';
import { recall, recallDoubt } from './recorded-calls.ts';
import { cacheKey, ReplyCache } from './reply-cache.ts';
import { type TurnJournal, WrittenJournal } from './turn-journal.ts';

/**
 * Providers obey `timeout_ms` themselves, because they know what had arrived by then. After that many milliseconds more, they
 * are aborted.
 */
const GRACE_MS = 500;

/** The models that a visit may call, and the one that its resume names first. */
export interface ModelChoice {
  models: readonly string[];
  first: string;
}

/** A model ready to be called. */
export interface ModelLine {
  name: string;
  model: Model;
  provider: Provider;
  price: Price | null;
  connection: Promise<Connection>;
  attempts: Attempts;
  /** All wrappers of one model around its connection. */
  ask: CallModel<Asking>;
}

/** How far a thought had come when a crash cut it off: its present model, and what is left to try. */
interface ThoughtProgress {
  asking: Asking;
  at: string | null;
  /** The last attempt there failed. */
  missed: boolean;
  failed: ProviderError | null;
}

/** The models of an organisation, as the visits of a turn call them. */
export interface Models {
  /** The most that one call of the first model with a price may cost; `prompt` is made only if the price depends on it. */
  need(config: Config, models: readonly string[], prompt: () => Prompt): Promise<number>;
  /** A model's answer to a thought. Throws `OutOfCredits` before an attempt whose worst case the allowance cannot pay. */
  think(config: Config, choice: ModelChoice, thought: Thought): Promise<Reply>;
}

/** Calls the models of an engine by name, and records every attempt before and after. */
export class ModelCalls implements Models {
  private readonly ports: Ports;
  private readonly journal: TurnJournal;
  private readonly state: State;
  /** Masks secrets, which go no further than here. */
  private readonly redact: (text: string) => string;
  private readonly lines = new Map<Model, Promise<ModelLine>>();
  private readonly gates: RateLimits;
  private readonly replies: ReplyCache;

  constructor(ports: Ports, journal: TurnJournal, state: State) {
    this.ports = ports;
    this.journal = journal;
    this.state = state;
    this.redact = ports.owner.redact;
    this.gates = new RateLimits(ports);
    this.replies = new ReplyCache(ports);
  }

  /** Opens the connection to a configured model. A fault in its configuration is thrown as a `ProviderError`. */
  line(config: Config, name: string): Promise<ModelLine> {
    const model = config.models.get(name);
    if (!model) return Promise.reject(new ProviderError('bad-request', `there is no model ${name} in org/models.yaml`));
    let line = this.lines.get(model);
    if (!line) {
      line = this.openLine(config, name, model);
      this.lines.set(model, line);
      line.catch(() => this.lines.delete(model));
    }
    return line;
  }

  private async openLine(config: Config, name: string, model: Model): Promise<ModelLine> {
    const provider = await this.providerOf(model.provider);
    const price = model.price ?? (provider.free ? {} : await listed(model));
    const connection = provider.connect(model, this.outside());
    connection.catch(() => this.lines.delete(model));
    const priced = { name, model, price, repeatable: provider.repeatable };
    const attempts = new Attempts(priced, this.ports, this.journal, this.state, this.redact);
    const ask = await this.wrap(config, { name, model, provider, connection, attempts });
    return { name, model, provider, price, connection, attempts, ask };
  }

  /**
   * Wraps a model. The recorder is innermost, so that every attempt has its own line in the journal. Providers that always give
   * the same answer are not retried.
   */
  private async wrap(config: Config, line: Omit<ModelLine, 'price' | 'ask'>): Promise<CallModel<Asking>> {
    const { name, model, provider, connection, attempts } = line;
    const { clock } = this.ports;
    const sleep = (ms: number, signal?: AbortSignal) => clock.sleep(ms, signal);
    const plain: CallModel<Asking> = async (asking, signal) => {
      try {
        return await (await connection).complete(limitOutput(model, asking.prompt), signal, heardIn(asking, signal));
      } catch (error) {
        if (isRefusedKey(error) && model.key) this.ports.owner.forget(model.key);
        throw error;
      }
    };
    const timed = provider.free
      ? plain
      : timeout(plain, model.timeout_ms + GRACE_MS, (ms, late) => clock.timer(ms, late));
    const recorded = opened(
      record(overheard(timed), attempts, () => clock.ticks()),
      connection,
    );
    if (provider.repeatable) return recorded;
    const [{ limit }, { retry }, gates] = await Promise.all([
      import('../../providers/with/limit.ts'),
      import('../../providers/with/retry.ts'),
      this.gates.of(config, name, model),
    ]);
    const mayAsk = ({ thought }: Asking) => admits(config, this.state, thought.purse.tries, name);
    const left = () => closedFor(config, this.state, name, clock.now());
    const limited = limit(recorded, ({ prompt }) => gates(prompt.agent), { left, most: model.retry.most_ms, sleep });
    const patience = { random: () => clock.random(), sleep, goesOn: mayAsk };
    return breaker(retry(limited, model.retry, patience), name, mayAsk);
  }

  /** A provider that does not exist stops only those who use it. */
  private async providerOf(name: string): Promise<Provider> {
    try {
      return await this.ports.provider(name);
    } catch (error) {
      if (error instanceof DiskError) throw error;
      throw new ProviderError('bad-request', error instanceof FaultError ? error.fault.message : String(error));
    }
  }

  private outside(): Outside {
    const { clock, owner } = this.ports;
    return {
      file: (path) => this.state.files.texts.get(path) ?? null,
      sleep: (ms, signal) => clock.sleep(ms, signal),
      ...outsideOf(owner),
    };
  }

  /**
   * The worst case of a visit's first call: of the first model in the chain that has a price. The prompt is made only if tokens
   * cost something.
   */
  async need(config: Config, models: readonly string[], prompt: () => Prompt): Promise<number> {
    for (const name of models) {
      const price = await this.priceOf(config, name);
      if (!price) continue;
      if (!countsTokens(price)) return price.per_call ?? 0;
      const made = prompt();
      return worstCase(price, requestBytes(price, made), outputLimit(config.models.get(name) as Model, made));
    }
    return 0;
  }

  /** A model that cannot be reached has no price; the visit itself will report that. */
  private async priceOf(config: Config, name: string): Promise<Price | null> {
    try {
      return (await this.line(config, name)).price;
    } catch {
      return null;
    }
  }

  /**
   * A model's answer to the thought: first what the journal holds of it, then the models in turn. `first` is the model that
   * would be called if nothing failed. Throws `OutOfCredits` before an attempt whose worst case the allowance cannot pay.
   */
  async think(config: Config, choice: ModelChoice, thought: Thought): Promise<Reply> {
    const budget = { left: config.models.get(choice.models[0] ?? '')?.retry.attempts ?? 1 };
    const { prompt, priority } = thought;
    const asking: Asking = { prompt, priority, budget, thought, attempt: 0, again: null };
    const progress: ThoughtProgress = { asking, at: null, missed: false, failed: null };
    const known = this.recorded(progress);
    return known ?? this.ask(config, choice, progress);
  }

  /** Replays the attempts that the journal holds; returns the reply if there is one. */
  private recorded(progress: ThoughtProgress): Reply | null {
    const { asking } = progress;
    const { thought } = asking;
    const { turn, agent, n } = asking.prompt;
    for (;;) {
      const key = printKey({ turn, agent, n, attempt: asking.attempt + 1 });
      const known = thought.recorded.attempt(key);
      const intent = known?.[0] as IntentEntry | undefined;
      if (!known || !intent) return null;
      progress.at = intent.model;
      thought.purse.asked = intent.model;
      progress.missed = false;
      if (!thought.recorded.doubts.has(key) && !known[1]) {
        asking.again = intent;
        return null;
      }
      asking.attempt++;
      asking.budget.left--;
      if (thought.recorded.doubts.has(key)) recallDoubt(this.journal, thought, intent);
      else {
        try {
          return recall(this.journal, thought, known);
        } catch (error) {
          if (!(error instanceof ProviderError)) throw error;
          if (isOfTheReply(error)) throw telling(progress.failed, error);
          progress.failed = error;
          progress.missed = true;
        }
      }
    }
  }

  private async ask(config: Config, choice: ModelChoice, progress: ThoughtProgress): Promise<Reply> {
    const { asking, failed } = progress;
    const { models, first } = choice;
    const { thought } = asking;
    const rest = remaining(models, progress);
    if (rest.length === 0) throw failed ?? leftAlone(first);
    const links: Link<Asking>[] = rest.map((name) => ({ name, open: async () => (await this.line(config, name)).ask }));
    const chain = fallback(links, (name, why) => {
      thought.purse.via = viaOf(name, first, why ?? failed);
    });
    thought.purse.via = viaOf(rest[0] as string, first, failed);
    const line = await this.cached(config, rest[0] as string, chain);
    return line(asking, thought.signal);
  }

  /** The chain behind the reply cache, if its first model uses the cache. */
  private async cached(config: Config, name: string, chain: CallModel<Asking>): Promise<CallModel<Asking>> {
    const settings = config.models.get(name)?.cache;
    if (!settings) return chain;
    const { attempts } = await this.line(config, name);
    return this.replies.before(chain, settings, {
      key: ({ thought }) => keyOf(config.models.get(name) as Model, name, thought),
      again: (asking, reply) => attempts.again(asking, reply),
      model: name,
    });
  }

  /** The limits at which calls are under way or wait. */
  load(): LimitLoad[] {
    return this.gates.load();
  }

  /** The turn is committed: its replies may be reused. */
  commit(): void {
    this.replies.commit();
  }

  close(): void {
    this.replies.close();
  }
}

/** The models of an organisation as it was loaded. */
export function callsOf(ports: Ports, { journal, state }: { journal: Journal; state: State }): ModelCalls {
  return new ModelCalls(ports, new WrittenJournal(journal, state), state);
}

/** The price in the list that ships with LeMMing; null if the model is not in it. */
async function listed(model: Model): Promise<Price | null> {
  return (await import('../../providers/prices.ts')).listPrice(model);
}

/** Makes sure that the connection is open before an attempt is recorded. */
function opened(line: CallModel<Asking>, connection: Promise<Connection>): CallModel<Asking> {
  return async (asking, signal) => {
    await connection;
    return line(asking, signal);
  };
}

/** The models still to be tried after a crash: those after the one that failed, and that one if it has attempts left. */
function remaining(models: readonly string[], { at, missed, asking }: ThoughtProgress): string[] {
  const i = at === null ? -1 : models.indexOf(at);
  if (i < 0) return [...models];
  return models.slice(missed && asking.budget.left <= 0 ? i + 1 : i);
}

/** How intents and messages mention the model that answers, if it is not the first choice. */
function viaOf(name: string, first: string, failed: ProviderError | null): string | undefined {
  if (name === first) return undefined;
  const isLeft = failed === null || (failed instanceof Unasked && failed.failure === 'unavailable');
  return `${name}, because ${first} ${isLeft ? 'is not called for now' : `failed (${failed.failure})`}`;
}

function isRefusedKey(error: unknown): boolean {
  return error instanceof ProviderError && error.failure === 'auth';
}

function isOfTheReply({ failure }: ProviderError): boolean {
  return (REPLY_FAILURES as readonly string[]).includes(failure);
}

function limitOutput(model: Model, prompt: Prompt): Prompt {
  const maxOutputTokens = outputLimit(model, prompt);
  return maxOutputTokens === prompt.maxOutputTokens ? prompt : copyWith(prompt, { maxOutputTokens });
}

function keyOf(model: Model, name: string, { prompt, systemHash, images }: Thought): string {
  return cacheKey(model, outputLimit(model, prompt), requestHash(systemHash, name, prompt.parts, images));
}
