import { printHead, printMessage } from '../schema/print.ts';
import type { Json } from './call.ts';
import type { Attached, Effect, Entry } from './entry.ts';
import { archivePath } from './send.ts';

/**
 * What an entry does to the folder. `text` is the exact content. Done after the commit, again after a crash, and by
 * `lemming replay`; doing it twice changes nothing.
 */
export type FileOp =
  | { op: 'create'; path: string; text: string }
  | { op: 'attach'; path: string; data: string }
  /** `was`: the text it was based on, null when there was none. */
  | { op: 'replace'; path: string; text: string; was: string | null }
  | { op: 'move'; from: string; to: string }
  /** A drop becomes its canonical file; what was found goes, if it is still the same. */
  | { op: 'adopt'; found: string; hash: string; path: string; text: string }
  | { op: 'remove'; path: string; hash: string | null }
  /** A tool wrote it in a workspace during the visit; null: it removed it. `was`: hash of what stood there. Only done again when a power loss took it. */
  | { op: 'live'; path: string; text: string | null; was: string | null };

/** File operations of the entries of a turn that are done at its commit, in order. */
export function filesOf(entry: Entry): FileOp[] {
  switch (entry.k) {
    case 'sent':
      return [{ op: 'create', path: entry.message.path, text: printMessage(entry.message) }, ...attached(entry.files)];
    case 'drop':
      return [
        {
          op: 'adopt',
          found: entry.found,
          hash: entry.hash,
          path: entry.message.path,
          text: printMessage(entry.message),
        },
        ...(entry.mends === undefined ? [] : [bygone(entry.mends, entry.turn)]),
      ];
    case 'wrote':
      return [{ op: 'replace', path: entry.path, text: entry.text, was: entry.was }];
    case 'moved':
      return [{ op: 'move', from: entry.from, to: entry.to }];
    case 'dead':
      return [{ op: 'create', path: deadLetterPath(entry.record.id), text: printDeadLetter(entry) }];
    case 'aside':
      return [{ op: 'create', path: deadLetterPath(entry.id), text: printAside(entry) }];
    case 'revived':
      return [bygone(entry.id, entry.turn)];
    case 'held':
      return [{ op: 'create', path: approvalPath(entry.id), text: printApproval(entry) }];
    case 'decided':
      return [{ op: 'move', from: approvalPath(entry.id), to: `org/approvals/answered/${entry.id}.md` }];
    case 'used':
      return entry.files.map((file) => ({ op: 'live', ...file }));
    case 'request':
      return entry.file === undefined ? [] : [{ op: 'remove', path: entry.file, hash: null }];
    default:
      return [];
  }
}

/** The record of a dead letter that is settled. */
function bygone(id: string, turn: number): FileOp {
  return { op: 'move', from: deadLetterPath(id), to: `org/dead-letter/archive/${id}-${turn}.md` };
}

function attached(files: readonly Attached[] | undefined): FileOp[] {
  return (files ?? []).map(({ path, data }) => ({ op: 'attach', path, data }));
}

/** Moves of delivered mail to the archive. */
export function archiveMoves(paths: readonly string[]): Effect[] {
  return paths.map((from) => ({ k: 'moved', from, to: archivePath(from) }));
}

export function deadLetterPath(id: string): string {
  return `org/dead-letter/${id}.md`;
}

export function approvalPath(id: string): string {
  return `org/approvals/${id}.md`;
}

function head(fields: Record<string, Json>): string {
  return printHead(Object.entries(fields));
}

function printDeadLetter({ record, detail }: Extract<Effect, { k: 'dead' }>): string {
  return `${head({ ...record })}${record.message} from ${record.from} was not delivered to ${record.to.join(', ')}.\n\n${detail}\n\nThe message stays in ${record.path}. \`lemming retry ${record.id}\` gives it another chance.\n`;
}

function printAside(entry: Extract<Entry, { k: 'aside' }>): string {
  const { id, path, owner, reason, detail, turn } = entry;
  return `${head({ id, message: null, path, from: owner, to: [], turn, reason, revived: null })}${path} was set aside and stays where it is.\n\n${detail}\n\nMend the file, or delete it; \`lemming retry ${id}\` looks at it again.\n`;
}

function printApproval(entry: Extract<Effect, { k: 'held' }>): string {
  const { id, agent, tool, rule, contacts, input } = entry;
  return `${head({ id, agent, tool, rule, contacts })}${agent} wants to use ${tool}. It waits because of: ${rule}.\n\n\`\`\`json\n${JSON.stringify(input, null, 2)}\n\`\`\`\n\n\`lemming approve ${id}\` lets it happen, \`lemming deny ${id}\` refuses it.\n`;
}
