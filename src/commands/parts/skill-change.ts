/** The `lemming skill` subcommands that change files: skills are switched, imported, exported and rolled back. */
import { resolve } from 'node:path';
import { readOrg } from '../../app/read-org.ts';
import { count } from '../../views/text/table.ts';
import type { InputOf } from '../command.ts';
import type { World } from '../world.ts';
import type { command } from './skill.ts';
import { exportSkill, importSkill, rollBack, switchSkill } from './skill-folders.ts';
import { find, ownerIn } from './skill-look.ts';

type ChangeInput<Name> = InputOf<Extract<(typeof command)['commands'][number], { name: Name }>>;

export async function switchOn(world: World, { args, flags }: ChangeInput<'enable'>) {
  const view = readOrg(world);
  return switched(switchSkill(view.disk, args.skill, true, ownerIn(view, flags)), 'on');
}

export async function switchOff(world: World, { args, flags }: ChangeInput<'disable'>) {
  const view = readOrg(world);
  return switched(switchSkill(view.disk, args.skill, false, ownerIn(view, flags)), 'off');
}

function switched(done: { id: string; folder: string }, how: 'on' | 'off') {
  return { data: done, text: `${done.id} is ${how} from the next turn on: ${done.folder}` };
}

export async function bringIn(world: World, { args, flags }: ChangeInput<'import'>) {
  const { disk, state } = readOrg(world);
  const done = importSkill(world, disk, state.clock.turn, resolve(world.cwd, args.folder), flags.replace === true);
  return {
    data: done,
    text: `Copied ${count(done.files, 'file')} to ${done.folder}. To give an agent the skill, list ${done.id} in its resume.`,
  };
}

export async function giveAway(world: World, { args, flags }: ChangeInput<'export'>) {
  const view = readOrg(world);
  const { id, folder } = find(view.config, args.skill, ownerIn(view, flags));
  const target = resolve(world.cwd, args.dir, id);
  const files = exportSkill(world, view.disk, folder, target);
  return { data: { id, files }, text: `Copied ${count(files, 'file')} of ${id} to ${target}.` };
}

export async function rollback(world: World, { args, flags }: ChangeInput<'rollback'>) {
  const view = readOrg(world);
  const done = rollBack(view.disk, view.state.clock.turn, args.skill, ownerIn(view, flags));
  return {
    data: done,
    text: `${done.id} is back at its former version. The replaced version is kept as ${done.kept}.`,
  };
}
