/** The keys of the screen that only change what is seen. */
import { findMessage } from '../../../app/look/mail-index.ts';
import { ownerFolder } from '../../../disk/owner/owner-folder.ts';
import { facts, line, type ScreenLine } from '../../../views/screen/line.ts';
import { isUnread, mailDetail } from '../../../views/screen/panes/mail-pane.ts';
import { chosenAt, chosenOf, type Doings, type ScreenContext } from '../context.ts';
import { readerHeight, readerLines } from '../frame.tsx';
import { PANES, type PaneName, panesOf } from '../panes.ts';
import { doesOf, type Offer, OWN } from './key-table.ts';

/** The keys that only change what is seen (except that an opened message counts as read). */
export function navigation(desk: ScreenContext): Doings {
  const page = (): number => {
    const { layout } = desk.frame();
    return Math.max(1, (desk.ui.reader ? readerHeight(layout) : layout.list.height) - 1);
  };
  return {
    ...Object.fromEntries((Object.keys(PANES) as PaneName[]).map((name) => [name, () => show(desk, name)])),
    up: () => move(desk, -1),
    down: () => move(desk, 1),
    'page-up': () => move(desk, -page()),
    'page-down': () => move(desk, page()),
    first: () => move(desk, Number.NEGATIVE_INFINITY),
    last: () => move(desk, Number.POSITIVE_INFINITY),
    'next-pane': () => turnTo(desk, 1),
    'previous-pane': () => turnTo(desk, -1),
    open: () => open(desk),
    back: () => back(desk),
    filter: () => filter(desk),
    help: () => help(desk),
  };
}

function show(desk: ScreenContext, name: PaneName): void {
  if (!panesOf(desk.scene).includes(name)) return desk.say(`The pane ${PANES[name].title} is empty.`, 'quiet');
  desk.ui.reader = null;
  desk.ui.pane = name;
  desk.remake();
}

function turnTo(desk: ScreenContext, by: number): void {
  const names = panesOf(desk.scene);
  show(desk, names[(names.indexOf(desk.ui.pane) + by + names.length) % names.length] ?? 'org');
}

/** Scrolls what is open, otherwise chooses a row. At the end where the pane starts, it follows new rows. */
function move(desk: ScreenContext, by: number): void {
  const { ui, pane } = desk;
  if (ui.reader) {
    const frame = desk.frame();
    const most = readerLines(frame, ui.reader).length - readerHeight(frame.layout);
    ui.reader.scroll = Math.max(0, Math.min(most, Math.min(ui.reader.scroll, most) + by));
    return;
  }
  const last = pane.keys.length - 1;
  const at = Math.max(0, Math.min(last, chosenAt(desk) + by));
  const start = PANES[ui.pane].start === 'last' ? last : 0;
  const key = pane.keys[at];
  if (at === start || key === undefined) delete ui.chosen[ui.pane];
  else ui.chosen[ui.pane] = key;
}

function open(desk: ScreenContext): void {
  const { ui, pane, scene } = desk;
  const row = pane.keys[chosenAt(desk)];
  if (ui.reader || row === undefined) return;
  ui.chosen[ui.pane] = row;
  ui.reader = { row, scroll: 0 };
  const { what, id } = chosenOf(desk) ?? {};
  if (id === undefined) return;
  if (what === 'message' && isUnread(scene, id)) void desk.perform('read', { args: { id } }, { quiet: true });
  if (what === 'log') openMessage(desk, id);
}

function openMessage(desk: ScreenContext, id: string): void {
  const message =
    desk.scene.recent.mail.get(id) ?? findMessage({ disk: desk.follow.disk, state: desk.scene.state }, id);
  if (message) desk.text(`message ${id}`, mailDetail(desk.scene, message));
}

function back(desk: ScreenContext): void {
  const { ui } = desk;
  if (ui.reader) ui.reader = null;
  else {
    delete ui.filters[ui.pane];
    desk.remake();
  }
}

/** Edits the filter; the list follows while it is typed. */
function filter(desk: ScreenContext): void {
  const { ui } = desk;
  const { pane } = ui;
  const before = ui.filters[pane] ?? '';
  const set = (text: string): void => {
    ui.filters[pane] = text;
    desk.remake();
  };
  const terms = PANES[pane].terms.map((name) => (name === 'unread' ? name : `${name}:`));
  ui.reader = null;
  desk.ask({
    label: 'filter',
    hint: ['words', ...terms].join(' '),
    field: { text: before, at: before.length },
    lines: false,
    done: set,
    changed: set,
    cancelled: () => set(before),
  });
}

function help(desk: ScreenContext): void {
  const place = ownerFolder(desk.world.env)?.label ?? 'the folder that LEMMING_HOME names';
  const keysOf = (action: string): string =>
    [...desk.keys].flatMap(([key, one]) => (one === action ? [key] : [])).join(', ');
  const own = Object.entries(OWN).map(([action, { does }]) => [keysOf(action), does] as const);
  desk.text('keys', [
    line(),
    ...facts(own),
    ...commandHelp([...desk.table.offers.values()].flat(), keysOf),
    line(),
    line(
      'While you write: enter sends, esc cancels, alt+enter starts a new line, ctrl+o opens your editor, tab completes a name.',
      'quiet',
      2,
    ),
    line(
      `To change keys: in keys.yaml in ${place}, add a line such as "reply: [r, ctrl+r]" under "keys". docs/watch.md lists the actions.`,
      'quiet',
      2,
    ),
  ]);
}

const HEADINGS: Record<Offer['key']['on'], string> = {
  org: 'Anywhere',
  agent: 'Agents',
  message: 'Messages',
  'dead-letter': 'Dead letters',
  approval: 'Pending actions',
  task: 'Tasks',
  run: 'Runs',
  workflow: 'Workflows',
};

/** The commands that keys run, by what they act on. */
function commandHelp(offers: readonly Offer[], keysOf: (action: string) => string): ScreenLine[] {
  return Object.entries(HEADINGS).flatMap(([on, heading]) => {
    const some = offers.filter(({ key }) => key.on === on);
    return [line(), line(heading, 'title'), ...facts(some.map((one) => [keysOf(one.action), doesOf(one)] as const))];
  });
}
