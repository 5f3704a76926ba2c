/** Builds the command lines that run a program in bubblewrap. */
import fs from 'node:fs';
import { FILTER_FD, STATUS_FD } from './child.ts';
import { PROXY_FORWARD, PROXY_SOCKET } from './proxy.ts';

/** Whose rights a program has outside the sandbox. Never root's. */
export interface ProgramOwner {
  uid: number;
  gid: number;
}

const MB = 1024 * 1024;
/** The folder with the socket of a program's proxy, and the program that forwards its port. */
const DOOR_SPOT = '/proxy';
const NODE_SPOT = '/proxy-node';
const PROXY_PORT = 3128;
/** Limits of each process; `BOX_PROCESSES` of all together. */
export const BOX_MEMORY = 1024 * MB;
export const BOX_PROCESSES = 64;
export const BOX_CPU_SECONDS = 60;
export const BOX_FILE_BYTES = 64 * MB;
const TMP_BYTES = 64 * MB;
const SHM_BYTES = 16 * MB;

/** The whole environment of a program; in the sandbox, `SANDBOX_VARIABLES` are added. */
export const HOST_ENV = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', LANG: 'C.UTF-8' };
const BOX_VARIABLES = { PATH: '/usr/local/bin:/usr/bin:/bin', HOME: '/tmp', LANG: 'C.UTF-8' };

/** The user `nobody`, whose rights a program gets in a workspace that belongs to root. */
export const NOBODY = 65_534;

/** Whom a sandbox is for, and what the machine offers for it. */
export interface SandboxParts {
  owner: ProgramOwner | null;
  /** Files through which a process enters control groups. */
  doors: readonly string[];
  /** Whether a program is installed that starts others with a session keyring of their own. */
  keyring: boolean;
}

/**
 * The command line that runs a program in bubblewrap; it is to be started in the program's folder. It first enters the control
 * groups and then changes from root to the owner: for root the limit on processes would not count.
 */
export function boxed(folder: string, means: SandboxParts, argv: readonly string[], spots: Spots): string[] {
  return within(folder, means, (place) => [
    ...bubblewrap(place, spots),
    ...['--', ...prlimit(LIMITS), 'sh', '-c', spots.door === null ? FIRST : NETWORKED, 'box', ...argv],
  ]);
}

/** Folders that a program finds beside its workspace and cannot change. */
export interface Spots {
  /** The files of its tool, mounted at `TOOL_SPOT`. */
  tool: string | null;
  /** The socket of its proxy. */
  door: string | null;
}

/**
 * The command line that runs an MCP server; it is to be started in the folder that the server sees and cannot change. Its
 * standard output is separate, its environment is the one it is started with, and it may run for as long as it is needed.
 */
export function boxedServer(folder: string, means: SandboxParts, argv: readonly string[], network: boolean): string[] {
  return within(folder, means, (place) => [
    ...serverBox(place, network),
    ...['--', ...prlimit(SERVER_LIMITS), 'sh', '-c', LAST, 'box', ...argv],
  ]);
}

function within(folder: string, { owner, doors, keyring }: SandboxParts, box: (place: string) => string[]): string[] {
  const entered = owner !== null && !isReachable(folder, owner);
  return [
    ...entering(entered, doors),
    ...(owner ? dropping(owner) : []),
    ...(keyring ? KEYRING : []),
    ...box(entered ? SPOT : folder),
  ];
}

/** Starts a program with a new, empty session keyring, and prints the keyring's number. */
export const KEYRING = ['keyctl', 'session', '-'];
const KEYRING_SAID = /^Joined session keyring: -?\d+\n/;

/** What a sandbox wrote to standard error, without the lines that only report its keyring. */
export function saidBy(stderr: string): string {
  return stderr.replace(KEYRING_SAID, '');
}

/** The first process of the sandbox waits for the program; when it ends, everything left over ends with it. */
const FIRST = '"$@" 2>&1; exit $?';
const LAST = '"$@"; exit $?';
/** Starts the program that forwards the proxy's port; it runs until the end. */
const NETWORKED = `${NODE_SPOT} ${DOOR_SPOT}/${PROXY_FORWARD} ${PROXY_PORT} ${DOOR_SPOT}/${PROXY_SOCKET} >/tmp/.proxy 2>&1 </dev/null &
n=0; until [ -s /tmp/.proxy ] || [ $n -gt 500 ]; do n=$((n+1)); sleep 0.01; done; ${FIRST}`;

/**
 * The limits of each process. They are set inside the sandbox, where only its own processes are counted. Memory means writable
 * memory, not address space: JavaScript and WebAssembly reserve far more addresses than they ever use.
 */
const LIMITS = {
  data: BOX_MEMORY,
  nproc: BOX_PROCESSES,
  cpu: BOX_CPU_SECONDS,
  fsize: BOX_FILE_BYTES,
  core: 0,
  nofile: 256,
};
const SERVER_LIMITS = { nproc: BOX_PROCESSES, fsize: BOX_FILE_BYTES, core: 0, nofile: 1024 };

function prlimit(limits: Record<string, number>): string[] {
  return ['prlimit', ...Object.entries(limits).map(([name, value]) => `--${name}=${value}`), '--'];
}

/** Where a program finds the files of its tool. */
export const TOOL_SPOT = '/tool';

/** Where root shows a folder to a user who cannot pass through the folders above it, in a mount namespace of its own. */
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

/** Whether the owner, who has no other groups, can pass through all folders above. */
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
function serverBox(folder: string, network: boolean): string[] {
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
const VARIABLES = Object.entries(BOX_VARIABLES).flatMap(([name, value]) => ['--setenv', name, value]);
/** How a program finds and knows others on the network. */
const NAMES_AND_KEYS = ['resolv.conf', 'hosts', 'nsswitch.conf', 'ssl', 'pki', 'ca-certificates'].map(
  (name) => `/etc/${name}`,
);

/** The programs of the machine, and of /etc only what they need to start. */
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
