import type { Trusted } from '../core/trust.ts';
import type { Clock } from '../disk/clock.ts';
import type { Disk } from '../disk/disk.ts';
import type { KeptFiles } from '../disk/kept.ts';
import type { Host } from '../disk/lock.ts';
import type { Sandbox } from '../disk/sandbox.ts';
import type { Wire } from '../disk/wire.ts';
import type { Provider } from '../providers/provider.ts';
import type { Servers } from './servers.ts';

/** Everything of the outside world that an engine touches. */
export interface Ports {
  disk: Disk;
  /** What is kept beside the org for speed, and believed. */
  kept: KeptFiles;
  /** Nothing kept is believed: every byte of the journal is checked. */
  verify?: boolean;
  clock: Clock;
  host: Host;
  env: Record<string, string | undefined>;
  /** Runs programs of agents; without it there are none. */
  sandbox?: Sandbox;
  /** Reaches the network for tools; without it there is none. */
  wire?: Wire;
  /** The owner said --unsafe-host. */
  unsafeHost?: boolean;
  /** The provider of that name; throws a `FaultError` when there is none. */
  provider(name: string): Promise<Provider>;
  /** Whether the owner of the machine approved exactly this; without it nothing was. */
  approved?: (what: Trusted) => boolean;
  /** Asks servers of tools; without it there are none. */
  servers?: Servers;
  /** Is told how many files of a long journal are still to be read. */
  progress?(left: number): void;
  /** Events for the logs; the default forgets them. */
  log?(event: LogEvent): void;
}

export type Level = 'error' | 'warn' | 'info' | 'debug';

/** One line of a log. `agent` chooses the file; without one it belongs to the org. */
export interface LogEvent {
  level: Level;
  module: 'engine' | 'disk' | 'provider' | 'tool' | 'command';
  event: string;
  turn: number;
  agent?: string;
  message?: string;
  task?: string;
  [more: string]: string | number | boolean | string[] | undefined;
}
