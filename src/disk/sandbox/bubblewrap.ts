/** The command lines that run a program in bubblewrap. */
import fs from 'node:fs';
import { FILTER_FD, STATUS_FD } from './child.ts';
import { PROXY_FORWARD, PROXY_SOCKET } from './proxy.ts';

/** Whose rights a program has outside the sandbox: never those of root. */
export interface ProgramOwner {
  uid: number;
  gid: number;
}

const MB = 1024 * 1024;
/** What leads to the proxy of a program: its folder, and what stands at its port. */
const DOOR_SPOT = '/proxy';
const NODE_SPOT = '/proxy-node';
const PROXY_PORT = 3128;
/** Limits of each process; `BOX_PROCESSES` of all together. */
export const SANDBOX_MEMORY = 1024 * MB;
export const SANDBOX_PROCESSES = 64;
export const SANDBOX_CPU_SECONDS = 60;
export const SANDBOX_FILE_BYTES = 64 * MB;
const TMP_BYTES = 64 * MB;
const SHM_BYTES = 16 * MB;

/** All that a program finds in its environment; with `BOX_VARIABLES` in the sandbox. */
export const HOST_ENV = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', LANG: 'C.UTF-8' };
const SANDBOX_VARIABLES = { PATH: '/usr/local/bin:/usr/bin:/bin', HOME: '/tmp', LANG: 'C.UTF-8' };

/** Nobody: whom root becomes when a workspace is its own. */
export const NOBODY = 65_534;

/** Whom a sandbox is for, and what the machine has for it. */
export interface SandboxParts {
  owner: ProgramOwner | null;
  /** Files through which a process enters groups of the kernel. */
  doors: readonly string[];
  /** There is a program that starts others with a session keyring of their own. */
  keyring: boolean;
}

/**
 * The command line that runs a program in bubblewrap, to be started in its folder: first the groups of the kernel are
 * entered, then root becomes the owner, who is not root, so that the limit of processes counts.
 */
export function sandboxed(folder: string, means: SandboxParts, argv: readonly string[], spots: Spots): string[] {
  return within(folder, means, (place) => [
    ...bubblewrap(place, spots),
    ...['--', ...prlimit(LIMITS), 'sh', '-c', spots.door === null ? FIRST : NETWORKED, 'box', ...argv],
  ]);
}

/** Folders that a program finds beside its workspace and cannot change. */
export interface Spots {
  /** The files of its tool, at `TOOL_SPOT`. */
  tool: string | null;
  /** The socket of its proxy. */
  door: string | null;
}

/**
 * The command line that runs a server of tools, to be started in the folder that it is shown and cannot change. Its standard
 * output is its own, its environment is what it is started with, and it may run for as long as it is needed.
 */
export function sandboxedServer(
  folder: string,
  means: SandboxParts,
  argv: readonly string[],
  network: boolean,
): string[] {
  return within(folder, means, (place) => [
    ...serverSandbox(place, network),
    ...['--', ...prlimit(SERVER_LIMITS), 'sh', '-c', LAST, 'box', ...argv],
  ]);
}

function within(
  folder: string,
  { owner, doors, keyring }: SandboxParts,
  inside: (place: string) => string[],
): string[] {
  const entered = owner !== null && !isReachable(folder, owner);
  return [
    ...entering(entered, doors),
    ...(owner ? dropping(owner) : []),
    ...(keyring ? KEYRING : []),
    ...inside(entered ? SPOT : folder),
  ];
}

/** Starts a program with a new, empty session keyring, and says its number. */
export const KEYRING = ['keyctl', 'session', '-'];
const KEYRING_SAID = /^Joined session keyring: -?\d+\n/;

/** What a sandbox wrote to standard error, but for what only its keyring says. */
export function saidBy(stderr: string): string {
  return stderr.replace(KEYRING_SAID, '');
}

/** The first process of the sandbox: it waits for the program, and all that is left ends with it. */
const FIRST = '"$@" 2>&1; exit $?';
const LAST = '"$@"; exit $?';
/** First the program behind the port of the proxy, which runs until the end. */
const NETWORKED = `${NODE_SPOT} ${DOOR_SPOT}/${PROXY_FORWARD} ${PROXY_PORT} ${DOOR_SPOT}/${PROXY_SOCKET} >/tmp/.proxy 2>&1 </dev/null &
n=0; until [ -s /tmp/.proxy ] || [ $n -gt 500 ]; do n=$((n+1)); sleep 0.01; done; ${FIRST}`;

/**
 * The limits of each process; they are set inside, where only processes of this sandbox are counted. Memory is what a
 * process may write to: of addresses, JavaScript and WebAssembly reserve far more than they ever use.
 */
const LIMITS = {
  data: SANDBOX_MEMORY,
  nproc: SANDBOX_PROCESSES,
  cpu: SANDBOX_CPU_SECONDS,
  fsize: SANDBOX_FILE_BYTES,
  core: 0,
  nofile: 256,
};
const SERVER_LIMITS = { nproc: SANDBOX_PROCESSES, fsize: SANDBOX_FILE_BYTES, core: 0, nofile: 1024 };

function prlimit(limits: Record<string, number>): string[] {
  return ['prlimit', ...Object.entries(limits).map(([name, value]) => `--${name}=${value}`), '--'];
}

/** Where a program finds the files of its tool. */
export const TOOL_SPOT = '/tool';

/** Where root shows a folder to somebody who may not go through those above it; in a view of the mounts of its own. */
const SPOT = '/mnt';

function entering(entered: boolean, doors: readonly string[]): string[] {
  if (!entered && doors.length === 0) return [];
  const show = entered ? `mount --bind . ${SPOT} || exit 125; ` : '';
  const script = `${show}while [ "$1" != -- ]; do echo $$ > "$1" || exit 125; shift; done; shift; exec "$@"`;
  const view = entered ? ['unshare', '-m', '--propagation', 'private'] : [];
  return [...view, 'sh', '-c', script, 'box', ...doors, '--'];
}

function dropping({ uid, gid }: ProgramOwner): string[] {
  return ['setpriv', '--reuid', `${uid}`, '--regid', `${gid}`, '--clear-groups', '--no-new-privs', '--'];
}

/** Whether the owner, who has no other groups, may go through all folders above. */
function isReachable(folder: string, { uid, gid }: ProgramOwner): boolean {
  const parts = folder.split('/');
  return parts.slice(1, -1).every((_, i) => {
    const stat = fs.statSync(parts.slice(0, i + 2).join('/'));
    const bit = stat.uid === uid ? 0o100 : stat.gid === gid ? 0o010 : 0o001;
    return (stat.mode & bit) !== 0;
  });
}

function bubblewrap(folder: string, { tool, door }: Spots): string[] {
  return [
    ...WALLS,
    ...['--clearenv', '--json-status-fd', `${STATUS_FD}`],
    ...system(),
    ...MOUNTS,
    ...['--bind', folder, '/work', '--chdir', '/work'],
    ...(tool === null ? [] : ['--ro-bind', tool, TOOL_SPOT]),
    ...(door === null ? [] : proxied(door)),
    ...['--remount-ro', '/'],
    ...VARIABLES,
  ];
}

function proxied(door: string): string[] {
  const spots = [
    [door, DOOR_SPOT],
    [process.execPath, NODE_SPOT],
  ].flatMap(([path = '', spot = '']) => ['--ro-bind', path, spot]);
  const proxy = `http://127.0.0.1:${PROXY_PORT}`;
  const names = ['HTTP_PROXY', 'HTTPS_PROXY', 'http_proxy', 'https_proxy'].map((name) => [name, proxy] as const);
  const variables = [...names, ['NODE_USE_ENV_PROXY', '1'] as const];
  const keys = NAMES_AND_KEYS.slice(3).flatMap((path) => ['--ro-bind-try', path, path]);
  return [...spots, ...keys, ...variables.flatMap(([name, value]) => ['--setenv', name, value])];
}

/** What a secret is worth must not stand in an argument: the environment is the one that the sandbox is started with. */
function serverSandbox(folder: string, network: boolean): string[] {
  return [
    ...WALLS,
    ...(network ? ['--share-net'] : []),
    ...system(),
    ...(network ? NAMES_AND_KEYS.flatMap((path) => ['--ro-bind-try', path, path]) : []),
    ...MOUNTS,
    ...['--ro-bind', folder, '/work', '--chdir', '/work', '--remount-ro', '/'],
    ...VARIABLES,
  ];
}

const WALLS = [
  'bwrap',
  ...['--unshare-user', '--unshare-all', '--disable-userns', '--die-with-parent', '--new-session', '--as-pid-1'],
  ...['--cap-drop', 'ALL', '--uid', `${NOBODY}`, '--gid', `${NOBODY}`, '--hostname', 'box'],
  ...['--seccomp', `${FILTER_FD}`],
];
const MOUNTS = [
  ...['--proc', '/proc', '--dev', '/dev', '--size', `${SHM_BYTES}`, '--tmpfs', '/dev/shm', '--remount-ro', '/dev'],
  ...['--size', `${TMP_BYTES}`, '--tmpfs', '/tmp'],
];
const VARIABLES = Object.entries(SANDBOX_VARIABLES).flatMap(([name, value]) => ['--setenv', name, value]);
/** How a program finds and knows others on the network. */
const NAMES_AND_KEYS = ['resolv.conf', 'hosts', 'nsswitch.conf', 'ssl', 'pki', 'ca-certificates'].map(
  (name) => `/etc/${name}`,
);

/** The programs of the machine, and of /etc only what they cannot start without. */
function system(): string[] {
  const folders = ['bin', 'sbin', 'lib', 'lib32', 'lib64', 'libx32'].flatMap((name) => {
    const stat = fs.lstatSync(`/${name}`, { throwIfNoEntry: false });
    if (!stat) return [];
    if (stat.isSymbolicLink()) return ['--symlink', fs.readlinkSync(`/${name}`), `/${name}`];
    return ['--ro-bind', `/${name}`, `/${name}`];
  });
  const files = ['/etc/alternatives', '/etc/ld.so.cache'].flatMap((path) => ['--ro-bind-try', path, path]);
  return ['--ro-bind', '/usr', '/usr', ...folders, ...files];
}
