/** Determines what each held act would do now. */
import { heldOf } from '../core/approvals/approval.ts';
import type { Config } from '../core/model/config.ts';
import type { InputEntry } from '../core/model/entry.ts';
import type { State } from '../core/model/state.ts';
import { emptyDraft } from '../core/model/tool.ts';
import { asItStands, type Present } from '../core/turn/judge.ts';
import { type Disk, DiskError } from '../disk/fs/disk.ts';
import { RecordedCalls } from '../engine/calls/recorded-calls.ts';
import { toolsetOf } from '../engine/tools/toolset.ts';
import { actContextOf } from '../engine/turn/visit.ts';
import { copyWith } from '../schema/copy.ts';
import { TOOLS } from '../tools/all.ts';

/** An org as it is now: the journal, and what people have changed in the folder since. */
export interface Standing {
  disk: Disk;
  state: State;
  config: Config;
  changes: readonly InputEntry[];
  mask: (text: string) => string;
}

/** What each held act would do now, by id. Only reads. */
export async function presentActs({ disk, state, config, changes, mask }: Standing): Promise<Map<string, Present>> {
  const present = new Map<string, Present>();
  if (state.approvals.pending.size === 0) return present;
  const toolbox = await toolsetOf(TOOLS, config, state.rights.trusted);
  const texts = new Map(state.files.texts);
  const now = copyWith(state, { files: copyWith(state.files, { texts }) });
  for (const change of changes)
    if (change.k === 'file' && change.text !== null) texts.set(change.path, change.text);
    else if (change.k === 'file') texts.delete(change.path);
  const place = {
    config,
    state: now,
    number: state.clock.turn + 1,
    ports: { disk },
    recorded: new RecordedCalls([]),
    mask,
  };
  for (const approval of state.approvals.pending.values()) {
    const resume = config.agents.get(approval.agent);
    if (!resume) continue;
    const approved = heldOf(approval);
    try {
      present.set(
        approval.id,
        asItStands(toolbox, actContextOf(place, resume, approval.cause, emptyDraft(), { approved }), approved),
      );
    } catch (error) {
      if (!(error instanceof DiskError)) throw error; // a file that cannot be read now is shown as it was
    }
  }
  return present;
}
