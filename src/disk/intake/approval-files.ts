/** Finds files of held acts that people changed. */
import { heldText } from '../../core/journal/texts-rules-1.ts';
import type { Config } from '../../core/model/config.ts';
import type { InputEntry } from '../../core/model/entry.ts';
import { approvalPath } from '../../core/model/paths.ts';
import type { Approval } from '../../core/model/state/approvals.ts';
import type { State } from '../../core/model/state.ts';
import { copyWith, defined } from '../../schema/copy.ts';
import type { Fault } from '../../schema/fault.ts';
import { readAnswer } from './answer.ts';
import { type FolderReader, isText, malformed } from './reader.ts';

/** The files of held acts, in which people answer. */
export class ApprovalFiles {
  private readonly reader: FolderReader;

  constructor(reader: FolderReader) {
    this.reader = reader;
  }

  /** Held acts that people answered in their files, answers that are invalid, and files about acts that do not wait. */
  async answers(state: State, config: Config, turn: number, limit: number): Promise<InputEntry[]> {
    const inputs: InputEntry[] = [];
    for (const approval of state.approvals.pending.values()) {
      if (!this.answerIn(state, config, approval, turn, limit)) continue;
      const input = (await this.reader.quiet(approvalPath(approval.id)))
        ? this.answerIn(state, config, approval, turn, limit)
        : null;
      if (input) inputs.push(input);
    }
    return [...inputs, ...this.lateAnswers(state, limit)];
  }

  /** Whether people wrote anything into `org/approvals/` that has not been set aside yet. */
  waiting(state: State, config: Config, limit: number): boolean {
    const waits = (approval: Approval): boolean => this.answerIn(state, config, approval, 0, limit) !== null;
    return [...state.approvals.pending.values()].some(waits) || this.lateAnswers(state, limit).length > 0;
  }

  /** The faults in files of held acts, including those that were set aside. */
  faulty(state: State, config: Config, limit: number): Fault[] {
    return [...state.approvals.pending.values()].flatMap((approval) => {
      const read = this.reader.readText(approvalPath(approval.id), limit);
      const answer = 'text' in read ? answerOf(config, approval, read.text) : 'undecided';
      return typeof answer === 'object' && 'faults' in answer ? answer.faults : [];
    });
  }

  private answerIn(state: State, config: Config, approval: Approval, turn: number, limit: number): InputEntry | null {
    const path = approvalPath(approval.id);
    const stat = this.reader.disk.stat(path);
    if (!stat || this.reader.marks.get(path) === stat.mark) return null;
    const read = this.reader.readText(path, limit);
    if ('reason' in read) return this.reader.aside(state, path, read, 'org');
    if (approval.answer?.hash === read.hash) return null; // taken in during an earlier turn; the act waits for credits
    const answer = answerOf(config, approval, read.text);
    if (answer === 'undecided') {
      if (this.reader.settled(stat)) this.reader.marks.set(path, stat.mark);
      return null;
    }
    if ('faults' in answer)
      return this.reader.aside(state, path, copyWith(malformed(answer.faults), { mark: read.hash }), 'org');
    const mended = state.dead.astray.get(path)?.[0];
    const { hash, text } = read;
    return {
      k: 'answer',
      turn,
      id: approval.id,
      ...answer,
      hash,
      text,
      ...defined({ mends: mended }),
    };
  }

  /** Files about acts that have been answered in the meantime, or never existed. */
  private lateAnswers(state: State, limit: number): InputEntry[] {
    const inputs: (InputEntry | null)[] = [];
    for (const name of this.reader.list('org/approvals')) {
      const path = `org/approvals/${name}`;
      if (!isText(name) || state.approvals.pending.has(name.slice(0, -3))) continue;
      const read = this.reader.readText(path, limit);
      const mark = 'hash' in read ? read.hash : read.mark;
      const detail = `No action ${name.slice(0, -3)} is waiting for an answer. See org/approvals/answered/.`;
      inputs.push(this.reader.aside(state, path, { reason: 'malformed', detail, mark }, 'org'));
    }
    return inputs.filter((input): input is InputEntry => input !== null);
  }
}

/** The answer in the file of a held act. The file as the engine wrote it has none. */
function answerOf(config: Config, approval: Approval, text: string): ReturnType<typeof readAnswer> {
  return text === heldText(approval) ? 'undecided' : readAnswer(config, approval, approvalPath(approval.id), text);
}
