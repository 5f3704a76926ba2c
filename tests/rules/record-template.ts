import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create } from 'tar';
import { templateArchive } from './templates.ts';

const MAIN = join(import.meta.dirname, '../../dist/main.js');

/** Plays a template with the built program, as a person does in the first hour, and keeps the folder. */
export async function recordTemplate(template: string): Promise<void> {
  const root = join(mkdtempSync(join(tmpdir(), 'lemming-record-')), template);
  const home = `${root}-home`;
  mkdirSync(home);
  const lemming = (...args: string[]): string => {
    const cwd = args[0] === 'bootstrap' ? home : root;
    const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], {
      cwd,
      encoding: 'utf8',
      env: { PATH: process.env.PATH, LEMMING_HOME: home, NO_COLOR: '1' },
    });
    const isLeft = status === 1 && args[0] === 'run'; // a task failed in it
    if (status !== 0 && !isLeft) throw new Error(`${args.join(' ')}: exit ${status}\n${stderr}`);
    return stdout;
  };
  lemming('bootstrap', root, ...(template === 'sample' ? [] : ['--template', template]));
  lemming('run', '--until-idle');
  for (const { id } of JSON.parse(lemming('approvals', '--json')).approvals) lemming('approve', id);
  const { agents } = JSON.parse(lemming('status', '--json')) as { agents: { name: string }[] };
  const [first = '', last = ''] = [agents.find(({ name }) => name !== 'human'), agents.at(-1)].map((one) => one?.name);
  lemming('send', first, 'What did you find?', '--subject', 'A question');
  lemming('top-up', first, '2.5');
  lemming('pause', last);
  lemming('run', '--until-idle');
  const { messages } = JSON.parse(lemming('inbox', '--json')) as { messages: { id: string }[] };
  lemming('reply', messages.at(-1)?.id ?? '', 'Thank you. Once more, please.');
  lemming('resume', last);
  lemming('run', '--until-idle');
  lemming('undo', messages[0]?.id ?? '');
  lemming('run', '--turns', '1');
  rmSync(join(root, '.lemming'), { recursive: true });
  await create({ file: templateArchive(template), cwd: root, gzip: true, portable: true, noMtime: true }, ['.']);
  if (readFileSync(templateArchive(template)).length > 200_000)
    throw new Error(`${template}: larger than it should be`);
  rmSync(join(root, '..'), { recursive: true });
}
