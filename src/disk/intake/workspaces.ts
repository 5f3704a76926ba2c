/** Notices what lies in the workspaces of agents that are due. */
import type { InputEntry } from '../../core/model/entry.ts';
import type { Tree, TreeEntry } from '../../core/model/state/files.ts';
import type { State } from '../../core/model/state.ts';
import { isUnsearched } from '../../core/text/unsearched-folders.ts';
import { isOfPlace } from '../fs/disk.ts';
import type { FolderReader } from './reader.ts';
import type { Tracked } from './tracked.ts';

/** Names of a workspace that are told, and entries of it that are looked at: a huge workspace costs no more. */
const SHOWN = 24;
const LOOKED_AT = 400;

const NONE: WorkspaceEntry[] = [];

type WorkspaceEntry = Extract<InputEntry, { k: 'workspace' }>;

/** Looks at workspaces. A name counts, and how many files are in a folder; what is in a file does not. */
export class Workspaces {
  private readonly reader: FolderReader;
  private readonly tracked: Tracked;

  constructor(reader: FolderReader, tracked: Tracked) {
    this.reader = reader;
    this.tracked = tracked;
  }

  /** The workspaces that do not look as the state has them. Asked right after changes were looked for. */
  changes({ files }: State, agents: readonly string[]): WorkspaceEntry[] {
    return agents.flatMap((agent): WorkspaceEntry[] => {
      const known = files.trees.get(agent);
      if (!known && !this.mayLie(agent)) return NONE;
      const tree = this.treeOf(`agents/${agent}/workspace`);
      if (known ? JSON.stringify(known) === JSON.stringify(tree) : tree.entries.length === 0) return NONE;
      return [{ k: 'workspace', agent, ...tree }];
    });
  }

  /** Its folder was listed when changes were looked for, so that nothing is asked of an agent without a workspace. */
  private mayLie(agent: string): boolean {
    try {
      return this.tracked.lies(agent, 'workspace');
    } catch (error) {
      if (!isOfPlace(error)) throw error;
      return true;
    }
  }

  private treeOf(workspace: string): Tree {
    if (this.reader.disk.stat(workspace)?.kind !== 'folder') return { entries: [] };
    const budget = { left: LOOKED_AT };
    const top = this.glance(workspace, budget);
    const shown = top.found.slice(0, SHOWN);
    const entries = shown.map(([name, isFolder]): TreeEntry => {
      const shown = this.reader.masked(name);
      return isFolder ? { name: shown, ...this.countIn(name, `${workspace}/${name}`, budget) } : { name: shown };
    });
    return { entries, ...((top.more || shown.length < top.found.length) && { more: true as const }) };
  }

  /** Files in a folder and all folders below it, as far as the budget goes. What programs fill is not counted. */
  private countIn(name: string, folder: string, budget: { left: number }): Omit<TreeEntry, 'name'> {
    if (isUnsearched(name)) return { files: 0, more: true };
    let files = 0;
    let isMore = false;
    const waiting = [folder];
    for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
      const { found, more } = this.glance(at, budget);
      isMore ||= more;
      for (const [name, isFolder] of found)
        if (!isFolder) files++;
        else if (isUnsearched(name)) isMore = true;
        else waiting.push(`${at}/${name}`);
    }
    return { files, ...(isMore && { more: true as const }) };
  }

  /** Files and folders; nothing of a folder that cannot be looked into. */
  private glance(folder: string, budget: { left: number }): { found: [string, boolean][]; more: boolean } {
    try {
      const { found, more } = this.reader.disk.glance(folder, budget.left) ?? { found: [], more: false };
      budget.left -= found.length;
      const known = found.filter(([name, kind]) => (kind === 'file' || kind === 'folder') && !/^\.lemming-/.test(name));
      return { found: known.map(([name, kind]) => [name, kind === 'folder']), more };
    } catch (error) {
      if (!isOfPlace(error)) throw error;
      return { found: [], more: true };
    }
  }
}
