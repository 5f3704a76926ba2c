/** The current configuration: the last valid version. */
import { absentAfter, agentFolders, type Config } from '../../core/model/config.ts';
import type { InputEntry } from '../../core/model/entry.ts';
import type { State } from '../../core/model/state.ts';
import { configReader } from '../../disk/config/config.ts';
import { type Folder, numberAsides } from '../../disk/intake/folder.ts';
import { type Fault, FaultError } from '../../schema/fault.ts';

/** The largest file that is read before the configuration sets a limit. */
const FIRST_LIMIT = 1_048_576;

type EnvTexts = Record<string, string>;

/** The current configuration: the last valid version of people's files. */
export class LiveConfig {
  private readonly folder: Folder;
  private readonly state: State;
  /** The LEMMING_* variables of this process. */
  private readonly env: EnvTexts;
  private readonly read = configReader();
  private made: Config | null = null;
  /** The variables with which the configuration was read; null if its files are not in the journal yet. */
  private madeWith: EnvTexts | null = null;
  /**
   * Path → text of changes that would invalidate the configuration. They were reported, and the earlier version stays in
   * effect.
   */
  private readonly rejected = new Map<string, string | null>();

  constructor(folder: Folder, state: State, env: EnvTexts) {
    this.folder = folder;
    this.state = state;
    this.env = env;
  }

  /** Null until it was read or frozen. */
  get known(): Config | null {
    return this.made;
  }

  get current(): Config {
    if (!this.made) throw new Error('the configuration has not been read');
    return this.made;
  }

  /** Before the first turn: reads the folder without taking anything in. */
  look(): void {
    if (this.made) return;
    const changes = this.folder.tracked.changes(this.state, FIRST_LIMIT);
    this.set(changes, this.env, []);
    for (const change of changes) if ('path' in change) this.folder.forget(change.path);
    this.madeWith = null;
  }

  /** As the journal has it, with the variables of a turn that was cut off. */
  thaw(env: EnvTexts): void {
    this.set([], env, []);
  }

  /** Whether people changed a file that the engine reads since its faults were last reported. */
  hasNews(): boolean {
    return this.isNews(this.changes());
  }

  /** Changes of configuration, resumes and memory. A broken version does not replace a valid one. */
  freeze(turn: number, faults: Fault[]): InputEntry[] {
    const changes = this.changes();
    const same = !this.isNews(changes) && changes.every((change) => change.k === 'file');
    if (same && this.madeWith === this.env) return [];
    const good = this.madeWith === null ? changes : this.withoutBroken(changes, faults);
    this.set(good, this.env, faults);
    return numberAsides(good, turn, 1);
  }

  private changes(): InputEntry[] {
    return this.folder.tracked.changes(this.state, this.made?.org.limits.message_bytes ?? FIRST_LIMIT);
  }

  /** Whether the files differ from the reported ones: when one is fixed, the others may become valid as well. */
  private isNews(changes: readonly InputEntry[]): boolean {
    const files = changes.filter((change) => change.k === 'file');
    return (
      changes.some(({ k }) => k === 'absent' || k === 'back') ||
      files.length !== this.rejected.size ||
      files.some(({ path, text }) => !this.rejected.has(path) || this.rejected.get(path) !== text)
    );
  }

  /** At the start, broken configuration stops the command; a broken resume only sets its agent aside. */
  private set(changes: readonly InputEntry[], env: EnvTexts, faults: Fault[]): void {
    const read = this.readWith(changes, env);
    if (!read.config) throw new FaultError(...(read.faults as [Fault, ...Fault[]]));
    faults.push(...read.faults, ...read.warnings);
    this.made = read.config;
    this.madeWith = env;
  }

  private readWith(changes: readonly InputEntry[], env: EnvTexts): ReturnType<ReturnType<typeof configReader>> {
    const texts = new Map(this.state.files.texts);
    for (const change of changes) {
      if (change.k !== 'file') continue;
      if (change.text === null) texts.delete(change.path);
      else texts.set(change.path, change.text);
    }
    const asides = changes.flatMap((change) => (change.k === 'aside' ? [change.path] : []));
    const folders = agentFolders(texts.keys(), [...this.state.dead.aside.keys(), ...asides]);
    return this.read(texts, folders, env, absentAfter(this.state.staff.absent, changes));
  }

  /** Removes the changes that would invalidate the present configuration: all of `org/` together, or a single resume or unit. */
  private withoutBroken(changes: readonly InputEntry[], faults: Fault[]): InputEntry[] {
    const read = this.readWith(changes, this.env);
    const broken = new Set([...(read.config?.broken.keys() ?? [])].filter((name) => this.current.agents.has(name)));
    const breaksResume = (path: string): boolean =>
      path.endsWith('/resume.md') && broken.has(path.split('/', 2)[1] ?? '');
    const breaksUnit = (path: string): boolean =>
      this.current.units.has(unitAt(path) ?? '') && read.faults.some(({ file }) => file === path);
    const breaks = (path: string, text: string | null): boolean =>
      read.config === null
        ? /^org\/|\/resume\.md$/.test(path)
        : text !== null && (breaksResume(path) || breaksUnit(path));
    this.rejected.clear();
    const good = changes.filter((change) => {
      if (change.k !== 'file' || !breaks(change.path, change.text)) return true;
      this.folder.forget(change.path);
      this.rejected.set(change.path, change.text);
      return false;
    });
    if (this.rejected.size) faults.push(...read.faults);
    return good;
  }
}

/** The unit that a file defines. */
function unitAt(path: string): string | undefined {
  return /^org\/units\/([^/]+)\.md$/.exec(path)?.[1];
}
