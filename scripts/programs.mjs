// The programs that the tests need beside Node: what Debian calls their packages, and which of them work here.
import { spawnSync } from 'node:child_process';

/** What the Box asks of bubblewrap: a container may have the program and forbid its namespaces. */
const SHUT_IN = ['--unshare-user', '--unshare-all', '--disable-userns', '--ro-bind', '/', '/', '--', 'true'];

/** The arguments with which each must end well. The name is also the tag of the tests that need it. */
const PROGRAMS = [
  { name: 'bwrap', package: 'bubblewrap', args: SHUT_IN },
  { name: 'fish', package: 'fish', args: ['--version'] },
  { name: 'git', package: 'git', args: ['--version'] },
  { name: 'keyctl', package: 'keyutils', args: ['--version'] },
  { name: 'pgrep', package: 'procps', args: ['--version'] },
  { name: 'python3', package: 'python3', args: ['--version'] },
  { name: 'tmux', package: 'tmux', args: ['-V'] },
  { name: 'zsh', package: 'zsh', args: ['--version'] },
];

/** Each program, and what is wrong with it here: null when it works. */
export function programs() {
  return PROGRAMS.map(({ name, package: debian, args }) => {
    const { error, status, stderr } = spawnSync(name, args, { encoding: 'utf8' });
    const why = error ? 'not installed' : status === 0 ? null : (stderr.trim().split('\n')[0] ?? `ends with ${status}`);
    return { name, package: debian, why };
  });
}

/** The tags that tests may carry. A test that needs a program is left out where that does not work. `campaign`: what holds for the long ones. */
export function tagsOf(campaign) {
  const needs = programs().map(({ name, why }) => ({ name, skip: why !== null }));
  return [{ name: 'alone' }, { name: 'disk' }, { name: 'campaign', ...campaign }, ...needs];
}
