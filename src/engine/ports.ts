/** Everything of the outside world that an engine touches. */
import type { JsonObject } from '../core/model/call.ts';
import type { Server } from '../core/model/config.ts';
import type { WorldResult } from '../core/model/tool.ts';
import type { Trusted } from '../core/model/trust.ts';
import type { ServerTools } from '../core/tools/pin.ts';
import type { KeptFiles } from '../disk/cache/kept.ts';
import type { Clock } from '../disk/fs/clock.ts';
import type { Disk } from '../disk/fs/disk.ts';
import type { Host } from '../disk/fs/lock.ts';
import type { Owner } from '../disk/owner/owner.ts';
import type { Sandbox } from '../disk/sandbox/sandbox.ts';
import type { Wire } from '../disk/sandbox/wire.ts';
import type { Provider } from '../providers/provider.ts';
import type { LogEvent } from '../views/journal/log-event.ts';

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
  /** The owner of the machine: keys, secrets and approvals. */
  owner: Owner;
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

/** Asks the servers of tools. One is started when it is first asked, and kept until `close`. */
export interface Servers {
  /** Rejects only with the signal's reason: whatever a server does is a result. */
  ask(server: Server, tool: string, input: JsonObject, signal: AbortSignal): Promise<WorldResult>;
  /** Starts a server, and ends it when it has said what its tools are. Rejects with an `Error` that says what went wrong. */
  look(server: Server): Promise<ServerTools>;
  close(): Promise<void>;
}
