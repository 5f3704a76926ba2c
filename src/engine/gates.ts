import type { Config } from '../core/config.ts';
import { DiskError } from '../disk/disk.ts';
import type { Gate } from '../providers/with/limit.ts';
import type { Limit, Model } from '../schema/models.ts';
import { type GateLoad, LOAD_FILE } from './load-file.ts';
import type { Ports } from './ports.ts';

/** Least time between two writings: milliseconds. */
const SHOWN_EVERY_MS = 500;

/** The gates of an engine: one for each agent, model and provider that has a limit. */
export class Gates {
  private readonly ports: Ports;
  private readonly gates = new Map<string, Gate>();
  private readonly settings = new Map<string, string>();
  private shown = 0;

  constructor(ports: Ports) {
    this.ports = ports;
  }

  /** The gates that a call of an agent to the model passes, outermost first: its own, the model's, the provider's. */
  async of(config: Config, name: string, model: Model): Promise<(agent: string) => Gate[]> {
    const { Gate } = await import('../providers/with/limit.ts');
    const gate = (key: string, limit: Limit | undefined): Gate[] => {
      if (!limit) return [];
      const text = JSON.stringify(limit);
      const known = this.settings.get(key) === text ? this.gates.get(key) : undefined;
      const made = known ?? new Gate(key, limit, this.ports.clock);
      this.gates.set(key, made);
      this.settings.set(key, text);
      return [made];
    };
    const shared = [
      ...gate(`model ${name}`, model.limit),
      ...gate(`provider ${model.provider}`, config.limits.providers[model.provider]),
    ];
    return (agent) => {
      this.show();
      return [...gate(`agent ${agent}`, config.limits.agent), ...shared];
    };
  }

  /** Gates at which somebody is. */
  load(): GateLoad[] {
    return [...this.gates]
      .map(([name, gate]) => ({ name, ...gate.load }))
      .filter((one) => one.running + one.waiting > 0);
  }

  /** Tells other processes, now and then. */
  private show(): void {
    const now = this.ports.clock.ticks();
    if (now - this.shown < SHOWN_EVERY_MS) return;
    this.shown = now;
    const { disk, clock } = this.ports;
    const temp = `${LOAD_FILE}.tmp`;
    forDisplay(() => {
      disk.unlink(temp);
      disk.create(temp, JSON.stringify({ time: clock.now(), gates: this.load() }));
      disk.rename(temp, LOAD_FILE);
    });
  }

  close(): void {
    if (this.shown > 0) forDisplay(() => this.ports.disk.unlink(LOAD_FILE));
  }
}

/** What only screens read never stops a call. */
function forDisplay(write: () => void): void {
  try {
    write();
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
  }
}
