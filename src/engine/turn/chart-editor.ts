/** Writes the chart when agents are hired or retired, and proves that it stays valid. */
import { agentFolders } from '../../core/model/config.ts';
import type { Effect, Patch } from '../../core/model/entry.ts';
import { resumePath, retiredPath } from '../../core/model/paths.ts';
import type { Hire } from '../../core/model/tool.ts';
import type { ChartEditor } from '../../core/staff/settle.ts';
import { ChartDraft } from '../../disk/yaml/chart-draft.ts';
import type { Edited } from '../../disk/yaml/edit.ts';
import { type Fault, printFault } from '../../schema/fault.ts';
import type { Turn } from '../tools/turn-in-progress.ts';

const CHART = 'org/chart.yaml';
/** Files that may name agents without whom the organisation's configuration would be invalid. */
const NAMING = /^org\/([^/]+\.yaml|(units|contacts)\/[^/]+\.md)$/;

type EditResult = Patch | { why: string };
type FileChange = readonly [path: string, text: string | null];

/**
 * The effects of hires and retirements, such that the next freeze could read each intermediate chart. Many can happen in one
 * turn, so at first only doubtful charts are read, and the last one on behalf of all others. If that is not valid, everything
 * is settled again and each chart is read.
 */
export function onChart(turn: Turn, settle: (pen: ChartEditor) => Effect[]): Effect[] {
  const quick = new Pen(turn, false);
  const effects = settle(quick);
  return quick.holds() ? effects : settle(new Pen(turn, true));
}

class Pen implements ChartEditor {
  private readonly turn: Turn;
  private readonly careful: boolean;
  private readonly texts: Map<string, string>;
  private readonly draft: ChartDraft;
  private readonly came = new Set<string>();
  private readonly gone = new Set<string>();

  constructor(turn: Turn, careful: boolean) {
    this.turn = turn;
    this.careful = careful;
    this.texts = new Map(turn.state.files.texts);
    this.draft = new ChartDraft(this.texts.get(CHART) as string, careful);
  }

  hired({ agent, files, send_to, read_from }: Hire): EditResult {
    if (this.turn.open.barred?.includes(agent)) return { why: `agents/${agent} is a file, not a folder` };
    const changes = files.map(({ path, text }) => [`agents/${agent}/${path}`, text] as const);
    const plain = [...send_to, ...read_from].every((other) => this.isThere(other));
    const edit = () => this.draft.with(agent, { send_to, read_from });
    const written = this.write(edit, changes, plain, [agent]);
    if ('text' in written) this.came.add(agent);
    return written;
  }

  retired(agent: string): EditResult {
    const resume = resumePath(agent);
    const changes: FileChange[] = [
      [resume, null],
      [retiredPath(agent), this.texts.get(resume) ?? ''],
    ];
    const named = [...this.texts].some(([path, text]) => path !== CHART && NAMING.test(path) && text.includes(agent));
    const written = this.write(() => this.draft.without(agent), changes, !named, []);
    if ('text' in written) this.gone.add(agent);
    return written;
  }

  /** Whether the last chart is valid, and therefore all before it. */
  holds(): boolean {
    return this.draft.holds() && this.trouble([...this.came]) === null;
  }

  /** Whether the agent's folder counts as existing: a chart that names it must not fail for the lack of it. */
  private isThere(name: string): boolean {
    return this.came.has(name) || (this.turn.config.agents.has(name) && !this.gone.has(name));
  }

  private write(edit: () => Edited, changes: readonly FileChange[], plain: boolean, agents: string[]): EditResult {
    const was = this.draft.text;
    const edited = edit();
    if ('fault' in edited) return { why: printFault(edited.fault) };
    const before = this.change([[CHART, edited.text], ...changes]);
    const why = plain && !this.careful ? null : this.trouble(agents);
    if (why === null) return { text: edited.text, was };
    this.change(before);
    this.draft.back(was);
    return { why };
  }

  /** Changes texts, and returns the changes that reverse it. */
  private change(changes: readonly FileChange[]): FileChange[] {
    const before = changes.map(([path]) => [path, this.texts.get(path) ?? null] as const);
    for (const [path, text] of changes)
      if (text === null) this.texts.delete(path);
      else this.texts.set(path, text);
    return before.reverse();
  }

  /** Why the files, or one of these agents, could not be read. */
  private trouble(agents: readonly string[]): string | null {
    const { state, open, caches } = this.turn;
    const folders = agentFolders(this.texts.keys(), state.dead.aside.keys());
    const { config, faults } = caches.readChart(this.texts, folders, open.env ?? {}, state.staff.absent);
    const missing = agents.find((agent) => !config?.agents.has(agent));
    if (config && missing === undefined) return null;
    return printed(config ? config.broken.get(missing as string)?.[0] : faults[0]);
  }
}

function printed(fault: Fault | undefined): string {
  return fault ? printFault(fault) : 'the chart cannot be read then';
}
