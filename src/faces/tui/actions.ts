/** The keys of the screen that run commands. */
import { join } from 'node:path';
import { visitNamed } from '../../app/look/visits.ts';
import { chooseAnswer, type Question, questionOf } from '../../core/approvals/question.ts';
import type { Held } from '../../core/model/entry.ts';
import { realClock } from '../../disk/fs/clock.ts';
import { parseMessageId } from '../../schema/name.ts';
import { printVisit } from '../../views/journal/call.ts';
import { line } from '../../views/screen/line.ts';
import { openApprovals, pauseOf } from '../../views/screen/snapshot.ts';
import type { CommandResult } from './commands.ts';
import { chosenOf, type Doings, keyOf, type ScreenContext } from './context.ts';
import { edit } from './editor.ts';

/** The keys that run commands, and the few that show more. */
export function actions(desk: ScreenContext): Doings {
  return {
    exact: () => exact(desk),
    pause: () => pause(desk, ['org', 'costs'].includes(desk.ui.pane) ? (chosenOf(desk)?.agent ?? null) : null),
    'pause-all': () => pause(desk, null),
    edit: () => editFile(desk),
    validate: () => void validate(desk),
    notices: () => void notices(desk),
  };
}

function pause(desk: ScreenContext, agent: string | null): void {
  const given = agent === null ? {} : { args: { agent } };
  void desk.perform(pauseOf(desk.scene, agent).paused ? 'resume' : 'pause', given);
}

function editFile(desk: ScreenContext): void {
  const { file, line: at } = chosenOf(desk) ?? {};
  if (file === undefined || file.startsWith('$') || desk.follow.disk.stat(file)?.kind !== 'file')
    return desk.say('This row has no file.', 'warn');
  const { env, root } = desk.world;
  void desk.inEditor(() => edit(env, join(root, file), at)).then(() => validate(desk));
}

async function validate(desk: ScreenContext): Promise<void> {
  const { ok, lines } = await desk.perform('validate', {});
  if (ok) return;
  desk.say(`${lines.length} ${lines.length === 1 ? 'fault' : 'faults'} in the files.`, 'bad');
  desk.text(
    'what is wrong',
    lines.map((one) => line(one, 'bad', 2)),
  );
}

async function notices(desk: ScreenContext): Promise<void> {
  const { lines } = await desk.perform('read', { args: { id: 'notices' } });
  desk.text(
    'notices',
    lines.map((one) => line(one, 'plain', 2)),
  );
}

/**
 * Shows the visit that wrote the message, from the journal; with a long journal this takes a while and can be cancelled.
 */
function exact(desk: ScreenContext): void {
  onMessage(desk, (id) => {
    const { turn, author } = parseMessageId(id) as { turn: number; author: string };
    if (desk.scene.config.agents.get(author)?.person)
      return desk.say(`${author} is a person, so there is no prompt.`, 'warn');
    const title = `visit ${turn}.${author}`;
    desk.text(title, [line('Reading the journal ...', 'quiet')]);
    const { reader } = desk.ui;
    const left = (): boolean => desk.ui.reader !== reader;
    void visitNamed(desk.follow.disk, turn, author, realClock, left).then((visit) => {
      if (left()) return;
      const text = visit ? printVisit(visit) : `${author} had no visit in turn ${turn}.`;
      desk.text(
        title,
        text.split('\n').map((one) => line(one, /^(==|--) /.test(one) ? 'title' : 'plain')),
      );
    });
  });
}
