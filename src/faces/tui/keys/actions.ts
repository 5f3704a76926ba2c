/** The keys of the screen that show and open more than its rows. */
import { join } from 'node:path';
import { visitNamed } from '../../../app/look/visits.ts';
import { realClock } from '../../../disk/fs/clock.ts';
import { parseMessageId } from '../../../schema/name.ts';
import { printVisit } from '../../../views/journal/call.ts';
import { line } from '../../../views/screen/line.ts';
import { chosenOf, type Doings, keyOf, type ScreenContext } from '../context.ts';
import { edit } from '../editor.ts';

/** The keys that work on the chosen row without a command. */
export function actions(desk: ScreenContext): Doings {
  return {
    exact: () => exact(desk),
    edit: () => editFile(desk),
  };
}

function editFile(desk: ScreenContext): void {
  const { file, line: at } = chosenOf(desk) ?? {};
  if (file === undefined || file.startsWith('$') || desk.follow.disk.stat(file)?.kind !== 'file')
    return desk.say('This row has no file.', 'warn');
  const { env, root } = desk.world;
  void desk
    .inEditor(() => edit(env, join(root, file), at))
    .then(() => desk.perform('validate', {}, { title: 'validate' }));
}

/**
 * Shows the visit that wrote the message, from the journal; with a long journal this takes a while and can be cancelled.
 */
function exact(desk: ScreenContext): void {
  const { what, id = '' } = chosenOf(desk) ?? {};
  const written = what === 'dead-letter' ? null : parseMessageId(id);
  if (!written) return desk.say(`Choose a message first: ${keyOf(desk.keys, 'mail')} lists the mail.`, 'warn');
  const { turn, author } = written;
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
}
