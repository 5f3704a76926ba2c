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

export interface Ports {
  disk: Disk;
  /** The trusted files beside the org, which only save time. */
  kept: KeptFiles;
  /** Trusts no saved file, and checks every byte of the journal. */
  verify?: boolean;
  clock: Clock;
  host: Host;
  env: Record<string, string | undefined>;
  /** The owner of the machine: keys, secrets and approvals. */
  owner: Owner;
  /** Runs programs of agents; if absent, none can run. */
  sandbox?: Sandbox;
  /** Connects tools to the network; if absent, there is none. */
  wire?: Wire;
  /** The owner passed --unsafe-host. */
  unsafeHost?: boolean;
  /** The provider with that name; throws a `FaultError` if there is none. */
  provider(name: string): Promise<Provider>;
  /** Whether the owner of the machine approved exactly this; if absent, nothing is approved. */
  approved?: (what: Trusted) => boolean;
  /** Calls MCP servers; if absent, there are none. */
  servers?: Servers;
  /** Called with the number of journal files left to read, if there are many. */
  progress?(left: number): void;
  /** Receives events for the logs. By default they are dropped. */
  log?(event: LogEvent): void;
}

/** Calls MCP servers. A server is started at its first call and kept until `close`. */
export interface Servers {
  /** Rejects only with the signal's reason: every failure of a server is a result. */
  ask(server: Server, tool: string, input: JsonObject, signal: AbortSignal): Promise<WorldResult>;
  /** Starts a server, asks it for its tools, and ends it. Rejects with an `Error` that says what went wrong. */
  look(server: Server): Promise<ServerTools>;
  close(): Promise<void>;
}
