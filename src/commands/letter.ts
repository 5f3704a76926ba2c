import { basename, dirname, resolve } from 'node:path';
import { realClock } from '../disk/clock.ts';
import { realDisk } from '../disk/real.ts';
import type { View } from '../engine/open.ts';
import { failure } from '../schema/fault.ts';
import { padTurn } from '../schema/name.ts';
import type { World } from './command.ts';

/** The words of a message: the rest of the line, or all of standard input for `-`. Throws `usage` when there are none. */
export async function bodyOf(world: World, words: readonly string[]): Promise<string> {
  const body = words.length === 1 && words[0] === '-' ? await world.stdin() : words.join(' ');
  if (body.trim() === '')
    throw failure('usage', 'The message has no text.', {
      remedy: 'Give the text in quotes, or - to take it from standard input.',
    });
  return body.trimEnd();
}

/** Says which readers are paused: their mail waits. */
export function tellPaused(world: World, { state }: View, names: readonly string[]): void {
  if (state.paused) world.say('The organisation is paused: nobody reads it before lemming resume.');
  for (const name of names)
    if (state.agents.get(name)?.paused) world.say(`${name} is paused and reads it after lemming resume ${name}.`);
}

/** Copies a file beside the message, and returns its name there. A .md file becomes .markdown, else it were mail itself. */
export function layBeside(world: World, view: View, person: string, file: string): string {
  const path = resolve(world.cwd, file);
  const bytes = realDisk(dirname(path)).read(basename(path));
  if (bytes === null)
    throw failure('not-found', `There is no file ${path}.`, { remedy: 'Check the path of --attach.' });
  const most = view.config.org.limits.message_bytes;
  if (bytes.length > most) throw failure('too-large', `${path} has ${bytes.length} bytes, the limit is ${most}.`);
  const plain = basename(path)
    .replace(/[^A-Za-z0-9._-]/g, '_')
    .replace(/\.md$/i, '.markdown')
    .slice(-100);
  const name = `${padTurn(view.state.turn + 1)}-${realClock.now()}-${plain}`;
  view.disk.create(`agents/${person}/outbox/${name}`, bytes);
  return name;
}
