/** What the keys of the screen work with. */
import type { Follow } from '../../app/follow.ts';
import type { RawInput } from '../../commands/command.ts';
import type { World } from '../../commands/world.ts';
import type { Pane, RowSubject, ScreenLine, Tone } from '../../views/screen/line.ts';
import type { ScreenSnapshot } from '../../views/screen/snapshot.ts';
import type { CommandResult } from './commands.ts';
import type { Frame } from './frame.tsx';
import type { KeyTable } from './keys/key-table.ts';
import { PANES } from './panes.ts';
import { chosenRow, type PromptLine, type Ui } from './state.ts';

/** How a command is run. */
export interface RunWish {
  /** Its output appears only when it fails. */
  quiet?: boolean;
  /** The title under which its output is opened over the list; else it appears in the place for messages. */
  title?: string;
  signal?: AbortSignal;
}

/** What keys work with: where the person is, what is shown, and the means to change it. */
export interface ScreenContext {
  readonly world: World;
  readonly follow: Follow;
  readonly keys: ReadonlyMap<string, string>;
  readonly table: KeyTable;
  readonly scene: ScreenSnapshot;
  readonly ui: Ui;
  readonly pane: Pane;
  frame(): Frame;
  /** Makes the pane again, after another one was chosen or its filter changed. */
  remake(): void;
  /** Shows a line in the place for messages. */
  say(text: string, tone?: Tone): void;
  /** Lets the person write. */
  ask(prompt: PromptLine): void;
  /** Opens a text over the list. */
  text(title: string, lines: ScreenLine[]): void;
  /** Runs a command by its name. */
  perform(name: string, given: Partial<RawInput>, wish?: RunWish): Promise<CommandResult>;
  /** Lends the terminal to a program, and takes it back. */
  inEditor(work: () => Promise<void>): Promise<void>;
}

/** What keys do, by the names of the actions. */
export type Doings = Record<string, () => void>;

/** The index of the chosen row; -1 where there is none. */
export function chosenAt({ ui, pane }: Pick<ScreenContext, 'ui' | 'pane'>): number {
  return chosenRow(ui, pane, PANES[ui.pane].start);
}

/** The subject of the chosen row. */
export function chosenOf(desk: Pick<ScreenContext, 'ui' | 'pane'>): RowSubject | null {
  const at = chosenAt(desk);
  return at < 0 ? null : desk.pane.about(at);
}

/** The key of an action, as the person knows it. */
export function keyOf(keys: ReadonlyMap<string, string>, action: string): string {
  for (const [key, one] of keys) if (one === action) return key;
  return '';
}
