import type { Prompt, Reply } from '../../src/core/model/call.ts';
import type { Ports } from '../../src/engine/ports.ts';
import type { Provider } from '../../src/providers/provider.ts';
import { Org, USAGE } from '../regression/org.ts';

/** An organisation in memory whose machine start and providers can be chosen. */
export class Lab extends Org {
  boot = 'boot';
  readonly providers: Record<string, Provider> = {};

  override ports(): Ports {
    const ports = super.ports();
    const provider = async (name: string) => this.providers[name] ?? (await ports.provider(name));
    return { ...ports, host: { ...ports.host, boot: this.boot }, provider };
  }

  /** The machine lost its power: only what was synced is there, and a new process starts on a new boot. */
  powerLoss(): void {
    this.disk = this.disk.afterCrash(() => false);
    this.disk.now = () => this.clock.now() - 10_000;
    this.pid++;
    this.boot = `boot-${this.pid}`;
  }

  /** A turn is begun and cut off: the process dies with its first call under way. */
  async cutOff(): Promise<void> {
    const asked = this.prompts.length;
    this.disk.plan = () => (this.prompts.length > asked ? 'crash-before' : 'go');
    await this.turns(1).then(
      () => Promise.reject(new Error('nobody was called')),
      () => {},
    );
    this.restart();
  }

  /** The process dies at the n-th next operation that changes the disk. */
  dieAt(n: number): void {
    const last = this.disk.count + n;
    this.disk.plan = ({ index }) => (index === last ? 'crash-before' : 'go');
  }
}

/** A service that bills, and ends its visits as rules do: it answers what the function says, or rejects with what it throws. */
export function service(
  complete: (prompt: Prompt, signal: AbortSignal) => Partial<Reply> | Promise<Partial<Reply>>,
  more: Partial<Provider> = {},
): Provider {
  const whole = async (prompt: Prompt, signal: AbortSignal): Promise<Reply> => ({
    ...REPLY,
    ...(await complete(prompt, signal)),
  });
  return { about: 'a service', repeatable: false, free: false, connect: async () => ({ complete: whole }), ...more };
}

export const REPLY: Reply = { text: '', acts: [], usage: USAGE, requestId: null, model: 'm', ends: true };
