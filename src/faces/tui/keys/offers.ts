/** The keys that run a command on what is chosen, made from the definitions of commands. */
import type { Arg, Flag, RawInput } from '../../../commands/command.ts';
import type { Held } from '../../../core/model/entry.ts';
import { parseMessageId } from '../../../schema/name.ts';
import { type ActedOn, whyNot } from '../../../views/screen/applies.ts';
import type { RowSubject } from '../../../views/screen/line.ts';
import { openApprovals, type ScreenSnapshot } from '../../../views/screen/snapshot.ts';
import { chosenOf, type Doings, keyOf, type ScreenContext } from '../context.ts';
import { askAnswer, askPerson, choicesFor, labelOf } from './dialogs.ts';
import type { KeyTable, Offer } from './key-table.ts';

/** The actions that commands offer, by name. */
export function offers(desk: ScreenContext): Doings {
  return Object.fromEntries([...desk.table.offers].map(([action, some]) => [action, () => void take(desk, some)]));
}

/** What an offer would act on; null when the row is of another kind. */
function actedOn(scene: ScreenSnapshot, about: RowSubject | null, { key }: Offer): ActedOn | null {
  const { on } = key;
  if (on === 'org') return { on, id: null };
  const id = idFor(scene, about, on);
  return id === undefined ? null : { on, id };
}

function idFor(scene: ScreenSnapshot, about: RowSubject | null, on: Offer['key']['on']): string | undefined {
  const { what, id, agent, approval } = about ?? {};
  if (on === 'agent') return agent;
  if (on === 'approval') return what === on ? id : (approval ?? onlyOne(openApprovals(scene)));
  if (on === 'message') return what !== 'dead-letter' && id !== undefined && parseMessageId(id) ? id : undefined;
  return what === on ? id : undefined;
}

function onlyOne(ids: readonly string[]): string | undefined {
  return ids.length === 1 ? ids[0] : undefined;
}

/** How closely an offer fits a row: its kind; something that the row names; anything. */
function distanceOf(about: RowSubject | null, { key }: Offer): number {
  return key.on === about?.what ? 0 : key.on === 'org' ? 2 : 1;
}

/** The offers of an action that can do something now, the closest first. */
function fitting(scene: ScreenSnapshot, about: RowSubject | null, some: readonly Offer[]): Offer[] {
  return some
    .filter((offer) => {
      const on = actedOn(scene, about, offer);
      return on !== null && whyNot(scene, on, offer.leaf.name) === null;
    })
    .sort((a, b) => distanceOf(about, a) - distanceOf(about, b));
}

/** The offers for a row, one for each key: those for its kind, then those for what it names. */
export function offersFor(scene: ScreenSnapshot, table: KeyTable, about: RowSubject | null): Offer[] {
  const some = [...table.offers.values()].flatMap((one) => fitting(scene, about, one)[0] ?? []);
  const near = (offer: Offer): boolean =>
    distanceOf(about, offer) === 0 || (offer.key.on === 'agent' ? about?.agent : about?.approval) !== undefined;
  return some
    .filter((offer) => offer.key.on !== 'org' && near(offer))
    .sort((a, b) => distanceOf(about, a) - distanceOf(about, b));
}

/** Runs the offer that fits what is chosen; where none does, says why. */
async function take(desk: ScreenContext, some: readonly Offer[]): Promise<void> {
  const about = chosenOf(desk);
  const [offer] = fitting(desk.scene, about, some);
  if (offer) return perform(desk, offer, actedOn(desk.scene, about, offer) as ActedOn, about);
  const [near] = some
    .filter((one) => actedOn(desk.scene, about, one) !== null)
    .sort((a, b) => distanceOf(about, a) - distanceOf(about, b));
  const why = near && whyNot(desk.scene, actedOn(desk.scene, about, near) as ActedOn, near.leaf.name);
  desk.say(why ?? needed(desk, some), 'warn');
}

/** The row that an action needs. */
function needed({ keys, scene }: ScreenContext, some: readonly Offer[]): string {
  const { on } = (some[0] as Offer).key;
  const { pane, name } = ROWS[on as keyof typeof ROWS];
  if (on === 'approval' && openApprovals(scene).length === 0) return 'No action waits for you.';
  return `Choose ${name} first: ${keyOf(keys, pane)} lists them.`;
}

const ROWS = {
  agent: { pane: 'org', name: 'an agent' },
  message: { pane: 'mail', name: 'a message' },
  'dead-letter': { pane: 'problems', name: 'a dead letter' },
  approval: { pane: 'approvals', name: 'an action' },
  task: { pane: 'tasks', name: 'a task' },
  run: { pane: 'runs', name: 'a run' },
  workflow: { pane: 'runs', name: 'a workflow' },
} as const;

/** Asks what the command needs, and runs it. What is refused can be typed again, so that no word is lost. */
async function perform(desk: ScreenContext, offer: Offer, on: ActedOn, about: RowSubject | null): Promise<void> {
  const { leaf, key } = offer;
  const given = begin(offer, on);
  const dialog = new Dialog(desk, offer, on, about?.values ?? {});
  const { pane } = desk.ui;
  if (!(await dialog.fill(given))) return;
  if (on.on === 'approval') delete desk.ui.chosen[pane]; // the next one that waits
  const title = leaf.reads || key.given !== undefined ? labelOf(leaf, on.id) : undefined;
  for (;;) {
    const { ok, lines } = await desk.perform(leaf.name, given, title === undefined ? {} : { title });
    if (ok || desk.ui.prompt || !(await dialog.again(given, lines[0] ?? ''))) return;
  }
}

function begin({ leaf, key }: Offer, { id }: ActedOn): RawInput {
  const given: RawInput = { args: {}, rest: [], flags: { ...key.flags } };
  const [first] = leaf.args;
  const subject = id ?? key.given;
  if (subject !== undefined && first) put(given, first, subject);
  return given;
}

function put(given: RawInput, of: Arg | Flag, text: string): void {
  if ('value' in of) given.flags[of.name] = of.many ? [text] : text;
  else if (of.many) given.rest = [text];
  else given.args[of.name] = text;
}

/** The questions before a command. */
class Dialog {
  private readonly desk: ScreenContext;
  private readonly offer: Offer;
  private readonly on: ActedOn;
  private readonly values: NonNullable<RowSubject['values']>;
  private last: { of: Arg | Flag; text: string } | null = null;

  constructor(desk: ScreenContext, offer: Offer, on: ActedOn, values: NonNullable<RowSubject['values']>) {
    this.desk = desk;
    this.offer = offer;
    this.on = on;
    this.values = values;
  }

  /** Asks one after the other; false when the person cancelled. */
  async fill(given: RawInput): Promise<boolean> {
    const { leaf, key } = this.offer;
    const asks = key.asks ?? [];
    for (const name of asks) {
      const of = [...leaf.args, ...leaf.flags].find((one) => one.name === name) as Arg | Flag;
      if (!(await this.put(given, of))) return false;
    }
    if (!key.confirm) return true;
    return (await askPerson(this.desk, { label: `${labelOf(leaf, this.on.id)}?` })) !== null;
  }

  private async put(given: RawInput, of: Arg | Flag): Promise<boolean> {
    if (this.on.on === 'approval' && of.name === 'answer') return this.putAnswer(given);
    if ('value' in of && of.many) return this.putEach(given, of);
    const text = await this.ask(given, of);
    if (text === null) return false;
    this.last = { of, text };
    if (text.trim() !== '') put(given, of, of.many ? text : text.trim());
    else if (!('value' in of || of.optional)) {
      this.desk.say(`${this.offer.leaf.name} needs ${of.name}: nothing was done.`, 'warn');
      return false;
    }
    return true;
  }

  private ask(given: RawInput, of: Arg | Flag, more: { text?: string; flaw?: string } = {}): Promise<string | null> {
    const choices = choicesFor(this.desk, of, this.values[of.name]);
    const lines = !('value' in of) && of.many === true;
    const only = choices.length === 1 ? { text: choices[0] as string } : {};
    return askPerson(this.desk, { label: this.label(given, of), about: of.about, choices, lines, ...only, ...more });
  }

  private label({ flags }: RawInput, of: Arg | Flag): string {
    const { scene } = this.desk;
    const { leaf } = this.offer;
    const held = this.on.on === 'approval' ? scene.state.approvals.pending.get(this.on.id ?? '') : undefined;
    if (!held) return `${labelOf(leaf, this.on.id)}: ${of.name}`;
    const said = flags.option ?? flags.answer;
    const does = said === undefined ? `${held.agent} uses ${held.tool}` : JSON.stringify(said);
    const what = flags.always ? `${held.id} and similar actions` : `${held.id} (${does})`;
    return `${leaf.name} ${what}? ${of.name}`;
  }

  /** Asks for each value that the row wants. */
  private async putEach(given: RawInput, of: Flag): Promise<boolean> {
    const all: string[] = [];
    for (const wanted of this.values[of.name] ?? []) {
      const text = await askPerson(this.desk, { label: this.label(given, of), about: of.about, text: wanted });
      if (text === null) return false;
      all.push(text);
    }
    if (all.length > 0) given.flags[of.name] = all;
    return true;
  }

  private async putAnswer(given: RawInput): Promise<boolean> {
    const held = this.desk.scene.state.approvals.pending.get(this.on.id as string) as Held;
    const answer = await askAnswer(this.desk, held);
    if (answer) Object.assign(given.flags, answer);
    return answer !== null;
  }

  /** Offers the last text again, with what was wrong; false when there is none, or the person cancels. */
  async again(given: RawInput, flaw: string): Promise<boolean> {
    if (!this.last || this.last.text.trim() === '') return false;
    const { of, text } = this.last;
    const next = await this.ask(given, of, { text, flaw });
    if (next === null) return false;
    this.last = { of, text: next };
    put(given, of, next);
    return true;
  }
}
