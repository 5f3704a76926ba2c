/** Notices what lies in the workspaces of agents that are due. */
import type { InputEntry } from '../../core/model/entry.ts';
import type { Tree, TreeEntry } from '../../core/model/state/files.ts';
import type { State } from '../../core/model/state.ts';
import { isUnsearched } from '../../core/text/unsearched-folders.ts';
import { isOfPlace } from '../fs/disk.ts';
import type { FolderReader } from './reader.ts';
import type { Tracked } from './tracked.ts';

/** Names of a workspace that are told, and entries of it that are looked at: a huge workspace costs no more. */
const TOLD = 24;
const LOOKED_AT = 400;

const NONE: WorkspaceEntry[] = [];

type WorkspaceEntry = Extract<InputEntry, { k: 'workspace' }>;

/** Examines workspaces: names, and the number of files in each folder. The content of files does not count. */
export class Workspaces {
  private readonly reader: FolderReader;
  private readonly tracked: Tracked;

  constructor(reader: FolderReader, tracked: Tracked) {
    this.reader = reader;
    this.tracked = tracked;
  }

  /** The workspaces that differ from the state. Call this right after searching for changes. */
  changes({ files }: State, agents: readonly string[]): WorkspaceEntry[] {
    return agents.flatMap((agent): WorkspaceEntry[] => {
      const known = files.trees.get(agent);
      if (!known && !this.mayLie(agent)) return NONE;
      const tree = this.treeOf(`agents/${agent}/workspace`);
      if (known ? JSON.stringify(known) === JSON.stringify(tree) : tree.entries.length === 0) return NONE;
      return [{ k: 'workspace', agent, ...tree }];
    });
  }

  /** Uses the listing from the search for changes, so that an agent without a workspace costs nothing. */
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
    const told = top.found.slice(0, TOLD);
    const entries = told.map(([name, isFolder]): TreeEntry => {
      const shown = this.reader.masked(name);
      return isFolder ? { name: shown, ...this.countIn(name, `${workspace}/${name}`, budget) } : { name: shown };
    });
    return { entries, ...((top.more || told.length < top.found.length) && { more: true as const }) };
  }

  /**
   * The number of files in a folder and below, within the budget. Folders that programs fill, such as node_modules, are not
   * counted.
   */
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

  /** The files and folders in a folder; nothing if it cannot be read. */
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
