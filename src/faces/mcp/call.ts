/** Runs commands for an assistant. */
import type { Seat } from '../../app/place.ts';
import type { Leaf } from '../../commands/command.ts';
import type { World } from '../../commands/world.ts';
import { type Fault, printFault } from '../../schema/fault.ts';
import { layout } from '../../views/text/layout.ts';
import type { Load } from '../cli/cli.ts';
import { faultsOf } from '../cli/faults.ts';
import { safeMarked, safeText } from '../cli/terminal/safe.ts';
import { prepareFor, widthOf } from '../cli/terminal/width.ts';
import { inputFor } from './tool.ts';

/** A call by an assistant. */
export interface CommandCall {
  leaf: Leaf;
  /** Arguments and options by name, unchecked. */
  given: unknown;
  signal: AbortSignal;
  /** Receives each remark on the way. */
  report?(line: string): void;
  /** The call marks nothing as read. */
  peeks?: boolean;
}

/** The result of a call: the text as a person would see it, and the data as in `--json`. */
export interface CallAnswer {
  ok: boolean;
  text: string;
  data: Record<string, unknown>;
  /** Why nothing was done. */
  fault?: Fault;
}

/** Runs commands in a seat. Faults are answers; nothing is thrown. */
export class Caller {
  /** Calls under way. */
  private readonly under = new Set<Promise<unknown>>();
  private readonly world: World;
  private readonly seat: Seat;
  private readonly load: Load;

  constructor(world: World, seat: Seat, load: Load) {
    this.world = world;
    this.seat = seat;
    this.load = load;
  }

  do(call: CommandCall): Promise<CallAnswer> {
    const work = this.answer(call);
    this.under.add(work);
    return work.finally(() => this.under.delete(work));
  }

  /** Resolves when nothing is under way. */
  async settled(): Promise<void> {
    while (this.under.size > 0) await Promise.allSettled(this.under);
  }

  private async answer(call: CommandCall): Promise<CallAnswer> {
    try {
      const input = inputFor(call.leaf, call.given);
      const said: string[] = [];
      const { run } = await this.load(call.leaf.name);
      const { data, text, exit = 0 } = await run(this.worldOf(call, said), input);
      return { ok: exit === 0, text: await plain([...said, text]), data: { ...data } };
    } catch (error) {
      const faults = faultsOf(error);
      const text = safeText(faults.map(printFault).join('\n'));
      return { ok: false, text, data: { ok: false, faults }, ...(faults[0] && { fault: faults[0] }) };
    }
  }

  /** The world for commands of an assistant. Standard input belongs to the protocol, so a dash is only a dash. */
  private worldOf({ signal, report, peeks = false }: CommandCall, said: string[]): World {
    const { machine, root, cwd, env } = this.world;
    const hear = (line: string): void => {
      said.push(line);
      report?.(safeText(line));
    };
    return {
      ...{ machine, root, cwd, env, seat: this.seat, peeks, json: false, interactive: false },
      signal: AbortSignal.any([this.world.signal, signal]),
      say: hear,
      print: hear,
      sketch: () => {},
      stdin: async () => '-',
      async *lines() {},
    };
  }
}

/** Lines and texts laid out on a page of unlimited width. */
async function plain(texts: readonly string[]): Promise<string> {
  const text = texts.filter((one) => one !== '').join('\n');
  await prepareFor(text);
  return layout(safeMarked(text), { width: Number.POSITIVE_INFINITY, widthOf });
}
