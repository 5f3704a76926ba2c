import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { office, put } from '../../commands/people/world.ts';
import { binFolder, openTerminal } from '../terminal.ts';

it.each([
  ['bash', 'bash --norc --noprofile', 'eval "$(lemming completion bash)"'],
  ['zsh', 'zsh -f', 'autoload -Uz compinit; compinit -u; eval "$(lemming completion zsh)"'],
])(
  '%s completes commands, options, agents, units and files',
  { tags: ['tmux', 'zsh'] },
  async (_name, shell, setUp) => {
    const root = office();
    put(root, 'org/units/crew.md', '---\nname: Crew\nmembers: [hr]\n---\n');
    put(root, 'picture one.png', 'png');
    put(root, 'org/tasks/T-3-planner-1.md', '');
    put(root, 'org/runs/release-1.md', '');
    const shown = openTerminal(`PS1='$ ' ${shell}`, { cwd: root, columns: 100 });
    await shown.shows(/\$$/);
    await shown.type(`PS1='$ '; ${setUp}; clear; echo set up`);
    await shown.press('Enter');
    await shown.shows(/^set up/m);
    const complete = async (typed: string, becomes: string): Promise<void> => {
      await shown.type(typed);
      await shown.press('Tab');
      await shown.shows(becomes);
      await shown.press('C-u');
    };
    await complete('lemming insp', 'lemming inspect');
    await complete('lemming inspect pl', 'lemming inspect planner');
    await complete('lemming run --max', 'lemming run --max-cost');
    await complete('lemming costs --by ta', 'lemming costs --by task');
    await complete('lemming costs --by=th', 'lemming costs --by=thread');
    await complete('lemming send @cr', 'lemming send @crew');
    await complete('lemming task rea', 'lemming task reassign');
    await complete('lemming task show T', 'lemming task show T-3-planner-1');
    await complete('lemming workflow retry-from r', 'lemming workflow retry-from release-1');
    await complete('lemming backup pict', 'lemming backup picture\\ one.png');
    expect(shown.screen()).toMatch(/^set up\n/);
  },
);

it('fish completes commands, options, agents, units and files', { tags: ['fish'] }, () => {
  const root = office();
  put(root, 'org/units/crew.md', '---\nname: Crew\nmembers: [hr]\n---\n');
  put(root, 'picture.png', 'png');
  put(root, 'org/tasks/T-3-planner-1.md', '');
  put(root, 'org/runs/release-1.md', '');
  const env = { PATH: `${binFolder()}:${process.env.PATH}`, HOME: root, LC_ALL: 'C.UTF-8' };
  const complete = (typed: string): string[] => {
    const script = `lemming completion fish | source; complete -C '${typed}'`;
    const { stdout, stderr, error } = spawnSync('fish', ['--no-config', '-c', script], {
      cwd: root,
      env,
      encoding: 'utf8',
    });
    expect([error, stderr]).toEqual([undefined, '']);
    return stdout.trim().split('\n');
  };
  expect(complete('lemming insp')).toEqual(['inspect\tShow everything about an agent']);
  expect(complete('lemming inspect ')).toEqual(['coder', 'hr', 'human', 'manager', 'planner']);
  expect(complete('lemming costs --by ta')).toEqual(['task']);
  expect(complete('lemming send @cr')).toEqual(['@crew']);
  expect(complete('lemming task rea')).toEqual(['reassign\tGive a task to another agent']);
  expect(complete('lemming task show T')).toEqual(['T-3-planner-1']);
  expect(complete('lemming workflow retry-from r')).toEqual(['release-1']);
  expect(complete('lemming backup pict')).toEqual(['picture.png']);
});
