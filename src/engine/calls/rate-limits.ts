/** The rate limiters of an engine. */
import type { Config } from '../../core/model/config.ts';
import type { RateLimiter } from '../../providers/with/limit.ts';
import type { Limit, Model } from '../../schema/config/models.ts';
import type { Ports } from '../ports.ts';
import type { LimitLoad } from './load-cache.ts';

/** One rate limiter for each agent, model and provider that has a limit. */
export class RateLimits {
  private readonly ports: Ports;
  private readonly gates = new Map<string, RateLimiter>();
  private readonly settings = new Map<string, string>();

  constructor(ports: Ports) {
    this.ports = ports;
  }

  /** The rate limiters that an agent's call of the model passes, outermost first: the agent's, the model's, the provider's. */
  async of(config: Config, name: string, model: Model): Promise<(agent: string) => RateLimiter[]> {
    const { RateLimiter } = await import('../../providers/with/limit.ts');
    const gate = (key: string, limit: Limit | undefined): RateLimiter[] => {
      if (!limit) return [];
      const text = JSON.stringify(limit);
      const known = this.settings.get(key) === text ? this.gates.get(key) : undefined;
      const made = known ?? new RateLimiter(key, limit, this.ports.clock);
      this.gates.set(key, made);
      this.settings.set(key, text);
      return [made];
    };
    const shared = [
      ...gate(`model ${name}`, model.limit),
      ...gate(`provider ${model.provider}`, config.limits.providers[model.provider]),
    ];
    return (agent) => [...gate(`agent ${agent}`, config.limits.agent), ...shared];
  }

  /** The rate limiters at which calls are under way or wait. */
  load(): LimitLoad[] {
    return [...this.gates]
      .map(([name, gate]) => ({ name, ...gate.load }))
      .filter((one) => one.running + one.waiting > 0);
  }
}
