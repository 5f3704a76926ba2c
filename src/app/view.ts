/** An organisation as whoever reads it sees it. */
import type { Config } from '../core/model/config.ts';
import type { State } from '../core/model/state.ts';
import type { KeptFiles } from '../disk/cache/kept.ts';
import type { Disk } from '../disk/fs/disk.ts';
import type { Loaded } from '../engine/journal/load.ts';
import type { Fault } from '../schema/fault.ts';
import type { Message } from '../schema/records/message.ts';
import type { Seat } from './place.ts';

/** An org as a reading command sees it: what the journal says, and the configuration as the folder shows it now. */
export interface View {
  disk: Disk;
  kept: KeptFiles;
  state: State;
  config: Config;
  /** Faults and warnings of the configuration as it stands in the folder. */
  faults: Fault[];
  warnings: Fault[];
  loaded: Loaded;
  /** Strikes the secrets of the environment out of a text. */
  mask: (text: string) => string;
  seat?: Seat;
  /** Whether who acts may see a message. */
  sees: (mail: Pick<Message, 'from' | 'to'>) => boolean;
  /** Process of the engine that is running, if any. */
  running: { pid: number; command: string } | null;
}
