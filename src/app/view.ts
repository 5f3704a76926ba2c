/** An organisation for a reader. */
import type { Config } from '../core/model/config.ts';
import type { State } from '../core/model/state.ts';
import type { FileMarks } from '../disk/cache/file-marks.ts';
import type { KeptFiles } from '../disk/cache/kept.ts';
import type { Clock } from '../disk/fs/clock.ts';
import type { Disk } from '../disk/fs/disk.ts';
import type { Loaded } from '../engine/journal/load.ts';
import type { Fault } from '../schema/fault.ts';
import type { Message } from '../schema/records/message.ts';
import type { Seat } from './place.ts';

/** An org for a reading command: the journal's state, and the present configuration of the folder. */
export interface View {
  disk: Disk;
  clock: Clock;
  kept: KeptFiles;
  state: State;
  config: Config;
  /** Faults and warnings of the present configuration. */
  faults: Fault[];
  warnings: Fault[];
  loaded: Loaded;
  /** The marks of files whose text the state holds. */
  fileMarks: () => FileMarks;
  /** Masks the secrets of the environment in a text. */
  mask: (text: string) => string;
  seat?: Seat;
  /** Whether the caller may see a message. */
  sees: (mail: Pick<Message, 'from' | 'to'>) => boolean;
  /** The process of a running engine, if any. */
  running: { pid: number; command: string } | null;
}
