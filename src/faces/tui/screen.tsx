/** The screen at work: it reads keys, follows the organisation and draws frames. */
import { render } from 'ink';
import type { Follow } from '../../app/follow.ts';
import type { Outcome, RawInput } from '../../commands/command.ts';
import type { World } from '../../commands/world.ts';
import { realClock } from '../../disk/fs/clock.ts';
import { FolderWatcher } from '../../disk/fs/watcher.ts';
import { readKeymap } from '../../disk/owner/owner-files.ts';
import { ownerFolder } from '../../disk/owner/owner-folder.ts';
import { bindings } from '../../schema/config/keymap.ts';
import { type Fault, printFault } from '../../schema/fault.ts';
import { line, type Pane, type ScreenLine } from '../../views/screen/line.ts';
import type { ScreenSnapshot } from '../../views/screen/snapshot.ts';
import type { House } from '../cli/cli.ts';
import { faultsOf } from '../cli/faults.ts';
import { safeText } from '../cli/terminal/safe.ts';
import { act, type CommandResult } from './commands.ts';
import { type Doings, keyOf, type RunWish, type ScreenContext } from './context.ts';
import { compose } from './editor.ts';
import { type Frame, FrameView } from './frame.tsx';
import { actions } from './keys/actions.ts';
import { hintsFor } from './keys/hints.ts';
import { type KeyTable, keyTable } from './keys/key-table.ts';
import { navigation } from './keys/navigation.ts';
import { offers } from './keys/offers.ts';
import { countsOf, makePane, panesOf } from './panes.ts';
import { layoutOf, type PromptLine, type Ui } from './state.ts';
import { completed, typed } from './terminal/field.ts';
import { painter, widthOf } from './terminal/fit.ts';
import type { Pressed } from './terminal/keys.ts';
import { FrameRows } from './terminal/rows.ts';
import { inkStreams, Terminal } from './terminal/terminal.ts';
import { Turns } from './turns.ts';

/** What takes long is counted in seconds. */
const SECOND_MS = 1000;
/** Longest time between two looks at the journal, and between two frames that no key asked for: milliseconds. */
const LOOK_MS = 250;
/** After each, the screen rests this many times the processor time that it took, up to so many milliseconds. */
const SHARE = 7;
const MOST_MS = 600;

type SaidLine = Ui['said'];

/** The screen: keys become commands, and news become frames. */
export class TerminalScreen implements ScreenContext {
  readonly world: World;
  readonly follow: Follow;
  private readonly terminal: Terminal;
  private readonly ink: ReturnType<typeof render>;
  private readonly size: ReturnType<typeof inkStreams>['stdout'];
  readonly keys: Map<string, string>;
  readonly table: KeyTable;
  private readonly house: House;
  private readonly keyFaults: Fault[];
  private readonly paint;
  private readonly stop = new AbortController();
  private readonly ended: { resolve(): void; reject(error: unknown): void };
  /** Resolves when the person leaves. */
  readonly end: Promise<void>;
  scene: ScreenSnapshot;
  private counts!: Frame['counts'];
  pane!: Pane;
  readonly ui: Ui = {
    pane: 'org',
    chosen: {},
    filters: {},
    reader: null,
    prompt: null,
    said: { text: '', tone: 'plain' },
  };
  /** Counts the actions of the person: the newest one owns the line for messages. */
  private keyed = 0;
  private answer: SaidLine = this.ui.said;
  private later: SaidLine = this.ui.said;
  private readonly bell: FolderWatcher;
  private readonly turns = new Turns(this, this.stop.signal);
  private readonly doings: Doings;
  private leaving = false;
  private slots = new FrameRows();
  private drawing = false;
  private away = false;
  private gone = false;

  constructor(
    world: World,
    follow: Follow,
    house: House,
    streams: { stdin: NodeJS.ReadStream; stdout: NodeJS.WriteStream },
  ) {
    this.world = world;
    this.bell = new FolderWatcher(world.root);
    this.follow = follow;
    const { env } = world;
    this.house = house;
    this.table = keyTable(house.catalogue.commands);
    const { value, faults } = readKeymap(ownerFolder(env), this.table.usual.keys());
    this.keys = bindings(this.table.usual, value);
    this.doings = {
      ...navigation(this),
      ...offers(this),
      ...actions(this),
      step: () => this.turns.step(),
      quit: () => void this.quit(),
    };
    this.keyFaults = faults;
    this.paint = painter(!env.NO_COLOR && env.FORCE_COLOR !== '0');
    this.scene = this.withKeyFaults();
    let ended!: TerminalScreen['ended'];
    this.end = new Promise((resolve, reject) => {
      ended = { resolve, reject };
    });
    this.ended = ended;
    this.terminal = new Terminal(
      streams.stdin as never,
      streams.stdout as never,
      (key) => this.pressed(key),
      () => this.draw(),
    );
    const { stdin, stdout } = inkStreams(this.terminal, (frame) => this.terminal.draw(this.slots.fill(frame)));
    this.size = stdout;
    this.terminal.enter();
    if (faults[0]) this.say(printFault(faults[0]), 'bad');
    this.remake();
    const first = this.frame();
    this.slots = first.slots;
    this.ink = render(<FrameView {...first} />, {
      stdin,
      stdout,
      debug: true,
      patchConsole: false,
      exitOnCtrlC: false,
    });
    this.ink.waitUntilExit().catch((error) => this.ended.reject(error));
    void this.watch();
  }

  /** Restores the terminal; may be called at any time, and repeatedly. */
  restore(): void {
    this.gone = true;
    this.terminal.leave();
    this.ink.unmount();
  }

  /** Runs the organisation in this process as well. */
  run(): void {
    this.turns.run();
  }

  /** Makes the turn under way the last one, and leaves when it is done. */
  async quit(): Promise<void> {
    this.stop.abort();
    const { underWay } = this.turns;
    if (underWay && this.leaving) return this.ended.resolve();
    this.leaving = true;
    if (underWay) {
      this.say('Finishing the current turn. Press again to leave at once.', 'warn');
      this.draw();
      await underWay;
    }
    this.ended.resolve();
  }

  private async watch(): Promise<void> {
    while (!this.stop.signal.aborted || this.turns.underWay) {
      const before = process.cpuUsage();
      try {
        if ((await this.follow.look()) || this.isLate()) await this.refreshGently();
      } catch (error) {
        this.say(faultsOf(error).map(printFault).join(' · '), 'bad');
        this.draw();
      }
      const { user, system } = process.cpuUsage(before);
      const least = Math.min(MOST_MS, ((user + system) / 1000) * SHARE);
      await this.bell.wait(least, Math.max(LOOK_MS, least), this.stop.signal);
      if (this.stop.signal.aborted) await realClock.sleep(LOOK_MS);
    }
    await this.bell.close();
  }

  /** Whether the screen shows how long something takes, and a second has passed. */
  private isLate(): boolean {
    const { engine, underWay, now } = this.scene;
    return engine !== null && underWay.visits.size > 0 && realClock.now() - now >= SECOND_MS;
  }

  private withKeyFaults(): ScreenSnapshot {
    const scene = this.follow.scene();
    return { ...scene, faults: [...this.keyFaults, ...scene.faults] };
  }

  private refresh(): void {
    this.scene = this.withKeyFaults();
    this.remake();
    this.draw();
  }

  /** The same, with a pause for keys between its parts. */
  private async refreshGently(): Promise<void> {
    await breath();
    this.scene = this.withKeyFaults();
    this.remake();
    await breath();
    this.draw();
  }

  remake(): void {
    const { ui, scene } = this;
    if (!panesOf(scene).includes(ui.pane)) ui.pane = 'org';
    this.counts = countsOf(scene);
    this.pane = makePane(ui.pane, scene, ui.filters[ui.pane] ?? '');
  }

  frame(): Frame {
    const { scene, counts, ui, pane, paint, terminal } = this;
    const layout = layoutOf(terminal, ui, pane);
    const known = (action: string): string => keyOf(this.keys, action);
    return { scene, counts, ui, pane, layout, paint, hints: hintsFor(this), slots: new FrameRows(), keyOf: known };
  }

  private draw(): void {
    if (this.away || this.gone || !this.ink) return;
    this.size.rows = this.terminal.rows;
    const frame = this.frame();
    this.slots = frame.slots;
    this.ink.rerender(<FrameView {...frame} />);
  }

  /** Draws keys that came together in one frame. */
  private drawSoon(): void {
    if (this.drawing) return;
    this.drawing = true;
    setImmediate(() => {
      this.drawing = false;
      this.draw();
    });
  }

  say(text: string, tone: SaidLine['tone'] = 'plain'): void {
    this.answer = { text, tone };
    if (text === '') this.later = this.answer;
    this.join();
  }

  /**
   * Appends what a run, or an action of an earlier key, reports late to the line for messages, without replacing anything.
   */
  private remark(text: string, tone: SaidLine['tone']): void {
    this.later = { text, tone };
    this.join();
  }

  private join(): void {
    const said = [this.answer, this.later].filter(({ text }) => text !== '');
    const [first = this.answer] = said;
    const tone = said.some((one) => one.tone === 'bad') ? 'bad' : first.tone;
    this.ui.said = { text: said.map(({ text }) => text).join(' · '), tone };
  }

  private pressed(pressed: Pressed): void {
    try {
      if (this.ui.prompt) this.type('paste' in pressed ? { paste: safeText(pressed.paste) } : pressed);
      else if ('key' in pressed) this.press(pressed.key);
    } catch (error) {
      this.say(faultsOf(error).map(printFault).join(' · '), 'bad');
    }
    this.drawSoon();
  }

  /** Handles a key. Esc and a key that came at once look like Alt and that key. */
  private press(key: string): void {
    const [, after] = /^alt\+(.)$/.exec(key) ?? [];
    if (after === undefined || this.keys.has(key)) return this.command(key);
    this.command('esc');
    this.command(after);
  }

  private type(pressed: Pressed): void {
    const { prompt } = this.ui;
    if (!prompt) return;
    const key = 'key' in pressed ? pressed.key : '';
    if (key === 'esc' || key === 'ctrl+c') {
      this.ui.prompt = null;
      prompt.cancelled?.();
    } else if (key === 'enter') {
      this.ui.prompt = null;
      prompt.done(prompt.field.text);
    } else if (key === 'ctrl+o' && prompt.lines)
      void this.inEditor(() => compose(this.world.env, prompt.field.text).then((text) => this.filled(text)));
    else if (key === 'tab' && prompt.choices?.length) prompt.field = completed(prompt.field, prompt.choices);
    else {
      prompt.field = typed(prompt.field, pressed, prompt.lines);
      prompt.changed?.(prompt.field.text);
    }
  }

  private filled(text: string): void {
    if (this.ui.prompt) this.ui.prompt.field = { text, at: text.length };
  }

  ask(prompt: PromptLine): void {
    this.ui.prompt = prompt;
    this.drawSoon();
  }

  private command(key: string): void {
    this.keyed++;
    const action = this.keys.get(key);
    const doing = action && this.doings[action];
    if (!doing) return this.say(`${key} does nothing here. ${keyOf(this.keys, 'help')} shows the keys.`, 'quiet');
    this.say('');
    doing();
  }

  text(title: string, lines: ScreenLine[]): void {
    this.ui.reader = { title, lines, scroll: 0 };
    this.draw();
  }

  /** Runs a command; its output appears in the line for messages, after the answer to a newer key, or is opened. */
  async perform(name: string, given: Partial<RawInput>, wish: RunWish = {}): Promise<CommandResult> {
    const { quiet = false, title, signal = this.stop.signal } = wish;
    const key = quiet ? null : ++this.keyed;
    const isNewest = (): boolean => key === this.keyed;
    const speak = (text: string, tone: SaidLine['tone']): void =>
      isNewest() ? this.say(text, tone) : this.remark(text, tone);
    const told = (text: string): void => {
      if (/^Turn \d+: /.test(text)) return; // the feed shows them
      speak(text, 'quiet');
      this.drawSoon();
    };
    if (!quiet) speak(`${name} ...`, 'quiet');
    await breath();
    await breath();
    const width = title === undefined ? Number.POSITIVE_INFINITY : this.terminal.columns - 2;
    const edit = (text: string, file: string): Promise<string> => this.edited(text, file);
    const around = { world: { ...this.world, edit }, house: this.house, width, told, signal };
    const done = await act(around, name, given);
    if (title !== undefined && isNewest() && !this.ui.prompt && this.isLong(done.lines)) this.open(title, done);
    else if (!signal.aborted && (!quiet || !done.ok)) speak(done.lines.join(' · '), done.ok ? 'good' : 'bad');
    await this.follow.look(true).catch(() => false);
    this.refresh();
    return done;
  }

  /** Whether an output is too long for the line for messages. */
  private isLong(lines: readonly string[]): boolean {
    return lines.length > 1 || widthOf(lines.join()) > this.terminal.columns;
  }

  private open(title: string, { ok, lines }: CommandResult): void {
    this.say('');
    this.text(
      title,
      lines.map((one) => line(one, ok ? 'plain' : 'bad', 2)),
    );
  }

  /** A text as the person saved it in their editor. */
  private async edited(text: string, file: string): Promise<string> {
    let saved = text;
    await this.inEditor(async () => {
      saved = await compose(this.world.env, text, file);
    });
    return saved;
  }

  /** Lends the terminal to the editor, and takes it back. */
  async inEditor(work: () => Promise<void>): Promise<void> {
    this.away = true;
    this.terminal.leave();
    try {
      await work();
    } catch (error) {
      this.say(faultsOf(error).map(printFault).join(' · '), 'bad');
    } finally {
      this.away = false;
      if (!this.gone) this.terminal.enter();
    }
    await this.follow.look(true).catch(() => false);
    this.refresh();
  }
}

/** The output of `lemming watch` when the person has left. */
export function outcomeOf(scene: ScreenSnapshot): Outcome {
  return { data: { turn: scene.state.clock.turn }, text: '' };
}

/** Lets pending keys be handled first. */
const breath = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
