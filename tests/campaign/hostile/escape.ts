import fs from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { vi } from 'vitest';
import { realDisk } from '../../../src/disk/fs/real.ts';
import { realSandbox, type Sandbox, type SandboxedProgram } from '../../../src/disk/sandbox/sandbox.ts';
import { buildOrg } from '../../../src/testing/build-org.ts';
import { PLAN, use } from '../../tools/world.ts';
import { newFolder, removeFolder } from '../real.ts';

/** A program that tries to get out of the Box. What it prints when it succeeds is `GOT`, or the canary. */
export interface Try {
  name: string;
  argv: string[];
  /** It tries a bound that no other one tries. */
  bound?: boolean;
}

/** Milliseconds that a program has, and that ending it may take. */
const TIME = 4000;
const ENDING = 8000;

/** A place with an organisation, and around it what no program may reach. */
export class Prison {
  readonly base = newFolder('escape');
  readonly root = join(this.base, 'org');
  readonly workspace = join(this.root, 'agents/a/workspace');
  readonly canary = `canary-${process.pid}-${Math.floor(performance.now() * 1000)}`;
  readonly secret = join(this.base, 'secret.txt');
  readonly socket = join(this.base, 'socket');
  readonly sandbox: Sandbox;
  port = 0;
  /** Connections that reached a server outside. */
  reached = 0;
  private readonly servers: Server[] = [];

  constructor() {
    fs.mkdirSync(this.workspace, { recursive: true });
    buildOrg(realDisk(this.root), PLAN);
    for (const file of [this.secret, join(this.root, 'agents/b/workspace/secret.txt'), join(this.root, '.env')])
      fs.writeFileSync(file, `${this.canary}\n`);
    fs.mkdirSync(join(this.base, 'folder'));
    fs.writeFileSync(join(this.base, 'folder/deep.txt'), this.canary);
    vi.stubEnv('BOX_CANARY', this.canary);
    this.sandbox = realSandbox(this.root);
  }

  /** Servers on loopback, at a path, and at an abstract name. */
  async open(): Promise<this> {
    for (const where of [{ port: 0, host: '127.0.0.1' }, { path: this.socket }, { path: `\0${this.canary}` }]) {
      const server = createServer((socket) => {
        this.reached++;
        socket.end(this.canary);
      });
      await new Promise<void>((resolve) => server.listen(where, resolve));
      const address = server.address();
      if (address !== null && typeof address === 'object') this.port = address.port;
      this.servers.push(server);
    }
    return this;
  }

  close(): void {
    for (const server of this.servers) server.close();
    vi.unstubAllEnvs();
    removeFolder(this.base);
  }

  /** What one try did that it must not; then the workspace is emptied. */
  async attempt({ argv }: Try): Promise<string[]> {
    const before = outside(this.base, this.workspace);
    const began = performance.now();
    const ran = await this.sandbox.run('agents/a/workspace', argv, {
      timeoutMs: TIME,
      most: 60_000,
      room: { bytes: 50_000_000, files: 5000 },
      isFull: ({ bytes, count }) => bytes > 50_000_000 || count > 5000,
      signal: new AbortController().signal,
    });
    const took = performance.now() - began;
    const wrong = [
      ...this.told(ran),
      ...(took > TIME + ENDING ? [`took ${Math.round(took)} ms`] : []),
      ...(this.reached > 0 ? ['reached a server outside'] : []),
      ...(outside(this.base, this.workspace) === before ? [] : ['changed what lies outside']),
      ...(survivors(this.canary).length > 0 ? ['left a process behind'] : []),
      ...this.followed(),
    ];
    this.reached = 0;
    for (const name of fs.readdirSync(this.workspace))
      fs.rmSync(join(this.workspace, name), { recursive: true, force: true });
    return wrong;
  }

  private told({ stdout, broken }: SandboxedProgram): string[] {
    const text = Buffer.from(stdout).toString();
    return [
      ...(broken === null ? [] : [`the sandbox did not start: ${broken.slice(0, 100)}`]),
      ...(text.includes(this.canary) ? ['read the canary'] : []),
      ...(/\bGOT\b/.test(text) ? [`got out: ${text.slice(0, 200)}`] : []),
    ];
  }

  /** The tools of files follow nothing that the program left in the workspace. */
  private followed(): string[] {
    const disk = realDisk(this.root);
    const texts: string[] = [];
    const look = (path: string, depth: number): void => {
      for (const [tool, input] of [
        ['read_file', { path }],
        ['list_files', { path }],
        ['search_files', { path, pattern: 'canary' }],
        ['write_file', { path, content: 'GOT' }],
      ] as const)
        try {
          texts.push(use(tool, input, disk).text);
        } catch (error) {
          texts.push(String(error).includes(this.canary) ? this.canary : '');
        }
      if (depth < 2)
        for (const name of namesIn(join(this.workspace, path)))
          look(path === '.' ? name : `${path}/${name}`, depth + 1);
    };
    const before = outside(this.base, this.workspace);
    look('.', 0);
    return [
      ...(texts.some((text) => text.includes(this.canary)) ? ['a tool followed a link'] : []),
      ...(outside(this.base, this.workspace) === before ? [] : ['a tool wrote through a link']),
    ];
  }
}

function namesIn(folder: string): string[] {
  try {
    return fs.readdirSync(folder).slice(0, 20);
  } catch {
    return [];
  }
}

/** Everything around the workspace, as text. */
function outside(folder: string, workspace: string): string {
  const lines: string[] = [];
  const look = (path: string): void => {
    if (path === workspace) return;
    const stat = fs.lstatSync(path);
    lines.push(`${path} ${stat.mode} ${stat.isFile() ? fs.readFileSync(path, 'latin1') : ''}`);
    if (stat.isDirectory()) for (const name of fs.readdirSync(path).sort()) look(join(path, name));
  };
  look(folder);
  return lines.join('\n');
}

function survivors(marker: string): string[] {
  return fs.readdirSync('/proc').filter((name) => {
    try {
      return /^\d+$/.test(name) && fs.readFileSync(`/proc/${name}/cmdline`, 'latin1').includes(`${marker}-lives`);
    } catch {
      return false;
    }
  });
}

/** All tries; the paths and ports are those of the prison. */
export function triesOf(prison: Prison): Try[] {
  return [
    ...readings(prison),
    ...surroundings(prison),
    ...network(prison),
    ...hunger().map((one) => ({ ...one, bound: true })),
    ...kills(prison),
    ...namespaces(),
    ...writings(prison),
    ...devices(),
    ...leavings(prison),
    ...links(prison),
  ];
}

function shell(name: string, command: string): Try {
  return { name, argv: ['sh', '-c', command] };
}

function python(name: string, code: string): Try {
  return { name, argv: ['python3', '-c', code] };
}

function readings({ secret, root, base }: Prison): Try[] {
  const other = join(root, 'agents/b/workspace/secret.txt');
  const targets = [
    secret,
    other,
    join(root, '.env'),
    '../../../../secret.txt',
    '../../b/workspace/secret.txt',
    `/proc/1/root${secret}`,
    `/proc/self/root${secret}`,
    `/proc/1/cwd/../../b/workspace/secret.txt`,
    `/mnt/../../b/workspace/secret.txt`,
    `/oldroot${secret}`,
    `/newroot/../oldroot${secret}`,
    `/proc/self/fd/3/../secret.txt`,
    `/proc/${process.pid}/root${secret}`,
    `/proc/${process.pid}/environ`,
  ];
  const readers: [string, (path: string) => Try][] = [
    ['cat', (path) => shell(`cat ${path}`, `cat ${path}`)],
    ['python', (path) => python(`open ${path}`, `print(open(${JSON.stringify(path)}).read())`)],
    ['link', (path) => shell(`link to ${path}`, `ln -s ${path} l; cat l; cp -L l copy; cat copy`)],
    ['tar', (path) => shell(`tar ${path}`, `tar -cPf - ${path} | tr -d '\\0'`)],
    ['hard link', (path) => shell(`hard link to ${path}`, `ln ${path} h && cat h`)],
    ['dd', (path) => shell(`dd ${path}`, `dd if=${path} 2>&1`)],
  ];
  return [
    ...targets.flatMap((path) => readers.map(([, make]) => make(path))),
    shell(
      'find everything',
      `grep -rs canary- / --include=secret.txt --include=.env --exclude-dir=proc --exclude-dir=usr | head`,
    ),
    shell(
      'find the folder',
      `find / -name 'lemming-escape*' -not -path '/proc/*' 2>/dev/null | grep . && echo GOT; ls -d ${base} && echo GOT`,
    ),
    python(
      'walk up',
      'import os\nfor i in range(20): os.chdir("..")\nprint(os.listdir("."))\nif os.path.exists("root"): print("GOT")',
    ),
    shell('home', 'ls /root /home && echo GOT'),
    shell('etc', 'cat /etc/passwd /etc/shadow && echo GOT'),
  ];
}

function surroundings({ canary }: Prison): Try[] {
  return [
    shell('env', 'env; set; export'),
    shell('environ of all', 'cat /proc/*/environ | tr "\\0" "\\n"'),
    shell('command lines', 'cat /proc/*/cmdline | tr "\\0" "\\n" | grep -q v[i]test && echo GOT'),
    python('os.environ', 'import os; print(dict(os.environ))'),
    python('environ by libc', 'import ctypes; print(ctypes.string_at(ctypes.CDLL(None).getenv(b"BOX_CANARY") or 0))'),
    shell('processes', `ls /proc | grep -c '^[0-9]' | awk '$1 > 20 { print "GOT" }'`),
    shell(
      'descriptors',
      'for f in /proc/self/fd/*; do case $(readlink $f) in *lemming*) echo GOT;; esac; done; cat <&3; cat <&4; cat <&5',
    ),
    python(
      'open descriptors',
      'import os\nfor n in range(3, 256):\n  try: print(n, os.read(n, 100)); print("GOT")\n  except OSError: pass',
    ),
    shell('who', `[ $(id -u) = 0 ] && echo GOT; true ${canary.length}`),
    shell('capabilities', `grep -q 'CapEff:.*[1-9a-f]' /proc/self/status && echo GOT`),
    shell('mounts name no place', 'cat /proc/self/mountinfo | grep -q lemming- && true'),
    shell('sudo', 'sudo -n id && echo GOT; su -c id && echo GOT; pkexec id && echo GOT'),
  ];
}

function network({ port, socket, canary }: Prison): Try[] {
  const connect = (family: string, address: string): string =>
    `import socket\ns = socket.socket(socket.${family})\ns.settimeout(2)\ns.connect(${address})\nprint("GOT", s.recv(100))`;
  const hosts = ['127.0.0.1', '127.1', '0.0.0.0', '169.254.169.254', '10.0.0.1', '192.168.0.1', '8.8.8.8', '1.1.1.1'];
  return [
    ...hosts.map((host) => python(`connect to ${host}`, connect('AF_INET', `("${host}", ${port})`))),
    ...['::1', '::ffff:127.0.0.1', 'fe80::1', '2606:4700:4700::1111'].map((host) =>
      python(`connect to ${host}`, connect('AF_INET6', `("${host}", ${port})`)),
    ),
    python('a socket at a path', connect('AF_UNIX', JSON.stringify(socket))),
    python('an abstract socket', connect('AF_UNIX', `"\\0${canary}"`)),
    python(
      'datagrams',
      `import socket\ns = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\ns.sendto(b"x", ("8.8.8.8", 53))\nprint("GOT")`,
    ),
    python('names', 'import socket\nprint("GOT", socket.gethostbyname("example.com"))'),
    python('raw sockets', 'import socket\nsocket.socket(socket.AF_INET, socket.SOCK_RAW, 1)\nprint("GOT")'),
    python('packets', 'import socket\nsocket.socket(socket.AF_PACKET, socket.SOCK_RAW)\nprint("GOT")'),
    python('the machine below', 'import socket\nsocket.socket(40, 1).connect((2, 1))\nprint("GOT")'),
    python('the crypto of the kernel', 'import socket\nsocket.socket(38, 5).bind(("hash", "sha256"))\nprint("GOT")'),
    python('interfaces', 'import socket\nif [n for _, n in socket.if_nameindex() if n != "lo"]: print("GOT")'),
    shell('bash', `bash -c 'cat < /dev/tcp/127.0.0.1/${port}' && echo GOT`),
    shell(
      'curl',
      `curl -s -m 2 http://127.0.0.1:${port} && echo GOT; wget -q -T 2 -t 1 -O- http://127.0.0.1:${port} && echo GOT`,
    ),
    shell(
      'common sockets',
      'for s in /run/docker.sock /var/run/docker.sock /run/dbus/system_bus_socket /tmp/.X11-unix; do [ -e $s ] && echo GOT; done',
    ),
  ];
}

/** Never without a bound of their own: the limit of processes is what is tried. */
function hunger(): Try[] {
  const fork = (count: number) =>
    `import os, time\nn = 0\nfor i in range(${count}):\n  try:\n    if os.fork() == 0: time.sleep(2); os._exit(0)\n    n += 1\n  except OSError: break\nprint("started", n)\nif n > 80: print("GOT")`;
  return [
    python('300 children', fork(300)),
    python('120 children', fork(120)),
    python(
      '200 threads',
      'import threading, time\nn = 0\ntry:\n  for i in range(200): threading.Thread(target=time.sleep, args=(2,), daemon=True).start(); n += 1\nexcept RuntimeError: pass\nif n > 80: print("GOT", n)',
    ),
    shell('200 sleeps', 'i=0; while [ $i -lt 200 ]; do sleep 2 & i=$((i+1)); done; echo GOT'),
    shell(
      'children in sessions of their own',
      'i=0; while [ $i -lt 200 ]; do setsid sleep 2 & i=$((i+1)); done; wait; echo GOT',
    ),
    python('memory', 'x = []\nfor i in range(40): x.append(bytearray(100_000_000))\nprint("GOT")'),
    python(
      'mapped memory',
      'import mmap\nx = [mmap.mmap(-1, 500_000_000, flags=mmap.MAP_PRIVATE) for _ in range(10)]\nprint("GOT")',
    ),
    shell('a large file', 'head -c 200000000 /dev/zero > f && echo GOT; [ $(stat -c %s f) -gt 70000000 ] && echo GOT'),
    shell(
      'many large files',
      'for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16; do head -c 60000000 /dev/zero > f$i; done; sleep 1; echo GOT',
    ),
    shell('many small files', 'i=0; while [ $i -lt 20000 ]; do : > f$i; i=$((i+1)); done; sleep 1; echo GOT'),
    shell(
      'a full /tmp',
      'head -c 200000000 /dev/zero > /tmp/f && echo GOT; head -c 200000000 /dev/zero > /tmp/g && echo GOT',
    ),
    shell('a full /dev/shm', 'head -c 60000000 /dev/zero > /dev/shm/f && echo GOT'),
    shell('a full /dev', 'head -c 60000000 /dev/zero > /dev/f && echo GOT'),
    shell('a full /', 'mkdir /x && echo GOT; echo x > /y && echo GOT'),
    shell('output without end', 'yes; echo GOT'),
    shell('time without end', 'while :; do :; done; echo GOT'),
    shell('sleep without end', 'sleep 1000; echo GOT'),
    shell('ignored signals', 'trap "" TERM INT HUP QUIT; while :; do sleep 1; done; echo GOT'),
    shell(
      'limits raised',
      'ulimit -u 10000 && echo GOT; ulimit -d unlimited && echo GOT; prlimit --nproc=9999 true && echo GOT',
    ),
    python(
      'file descriptors',
      'import os\nn = 0\ntry:\n  while n < 5000: os.open("/dev/null", 0); n += 1\nexcept OSError: pass\nif n > 300: print("GOT")',
    ),
    shell('a core file', 'ulimit -c unlimited && echo GOT; sh -c "kill -SEGV \\$\\$"; ls | grep -q core && echo GOT'),
    shell('depth', 'i=0; while [ $i -lt 300 ]; do mkdir d && cd d || break; i=$((i+1)); done; true'),
  ];
}

function kills({ canary }: Prison): Try[] {
  const { pid, ppid } = process;
  return [
    shell('kill all', 'kill -9 -1; echo survived'),
    shell('kill the first', 'kill -9 1; kill -TERM 1; echo survived'),
    shell('kill the parent', 'kill -9 $PPID; echo survived'),
    shell('kill the engine', `kill -9 ${pid} && echo GOT; kill -STOP ${pid} && echo GOT; kill -9 ${ppid} && echo GOT`),
    shell('kill the group', 'kill -9 0'),
    shell('kill by number', 'for p in $(seq 2 2000); do [ $p = $$ ] || kill -9 $p 2>/dev/null; done; true'),
    python(
      'kill the engine by number',
      `import os\ntry:\n  os.kill(${pid}, 9)\n  print("GOT")\nexcept OSError as e: print(e)`,
    ),
    python('trace the engine', `import ctypes\nif ctypes.CDLL(None).ptrace(16, ${pid}, 0, 0) == 0: print("GOT")`),
    python('read the memory of the engine', `print("GOT", open("/proc/${pid}/mem", "rb").read(1))`),
    shell('priority', `renice -n -20 $$ && echo GOT; renice -n 19 -p ${pid} && echo GOT; true ${canary.length}`),
    shell('reboot', 'reboot -f && echo GOT; echo b > /proc/sysrq-trigger && echo GOT'),
  ];
}

function namespaces(): Try[] {
  const flags = {
    user: 0x10000000,
    mount: 0x20000,
    net: 0x40000000,
    pid: 0x20000000,
    uts: 0x4000000,
    ipc: 0x8000000,
    cgroup: 0x2000000,
  };
  const libc = (call: string) => `import ctypes\nlibc = ctypes.CDLL(None)\nif ${call} == 0: print("GOT")`;
  return [
    ...['-U', '-Ur', '-m', '-n', '-p', '-i', '-u', '-C', '-Urmpf'].map((flag) =>
      shell(`unshare ${flag}`, `unshare ${flag} true && echo GOT`),
    ),
    ...Object.entries(flags).map(([name, flag]) => python(`unshare ${name} by libc`, libc(`libc.unshare(${flag})`))),
    python('unshare with a user', libc('libc.unshare(0x10020000)')),
    python('mount', libc('libc.mount(b"none", b"/tmp", b"tmpfs", 0, 0)')),
    python('mount again, to write', libc('libc.mount(b"none", b"/usr", 0, 0x1020, 0)')),
    python('unmount', libc('libc.umount2(b"/usr", 2)')),
    python('chroot', 'import os\nos.chroot("/tmp")\nprint("GOT")'),
    python('pivot_root', libc('libc.syscall(155, b"/", b"/tmp")')),
    python(
      'enter the namespaces of the first',
      'import ctypes, os\nfor n in ("mnt", "pid", "net", "user"):\n  try: fd = os.open("/proc/1/ns/" + n, 0)\n  except OSError: continue\n  if n != "pid" and ctypes.CDLL(None).setns(fd, 0) == 0: print("GOT", n)',
    ),
    shell('nsenter', 'nsenter -t 1 -m -n true && echo GOT'),
    shell('bwrap in bwrap', 'bwrap --bind / / true && echo GOT'),
    python('become root', 'import os\nos.setuid(0)\nprint("GOT")'),
    python(
      'keys of the session',
      'import ctypes\nlibc = ctypes.CDLL(None)\nfor n in (219, 250):\n  for key in (-1, -2, -3, -4, -5):\n    if libc.syscall(n, 0, ctypes.c_long(key), 1, 0, 0) > 0: print("GOT")',
    ),
    python('io_uring', 'import ctypes\nif ctypes.CDLL(None).syscall(425, 8, b"\\0" * 120) >= 0: print("GOT")'),
    shell('limit of namespaces', 'echo 1000 > /proc/sys/user/max_user_namespaces && unshare -U true && echo GOT'),
  ];
}

function writings({ root, base, secret }: Prison): Try[] {
  const places = [
    '/',
    '/usr',
    '/usr/bin',
    '/usr/local/bin',
    '/etc',
    '/bin',
    '/lib',
    '/dev',
    '/proc',
    '/sys',
    '/root',
    '/home',
    '/var/tmp',
    '/run',
    '/mnt',
    base,
    root,
    join(root, 'agents/b'),
    join(root, 'org'),
    '../..',
    '../../b/workspace',
  ];
  return [
    ...places.map((place) =>
      shell(`write in ${place}`, `echo x > ${place}/lemming-got && echo GOT; mkdir ${place}/lemming-got2 && echo GOT`),
    ),
    shell('overwrite', `echo x > ${secret} && echo GOT; truncate -s 0 ${secret} && echo GOT; rm ${secret} && echo GOT`),
    shell(
      'the kernel',
      'for f in /proc/sys/kernel/core_pattern /proc/sys/kernel/hostname /proc/sys/vm/drop_caches /sys/kernel/uevent_helper; do echo x > $f && echo GOT; done',
    ),
    shell(
      'groups',
      'for f in /sys/fs/cgroup/cgroup.procs /sys/fs/cgroup/pids/pids.max /sys/fs/cgroup/release_agent; do echo max > $f && echo GOT; done',
    ),
    shell(
      'another score',
      'echo -1000 > /proc/self/oom_score_adj && echo GOT; echo -1000 > /proc/1/oom_score_adj && echo GOT',
    ),
    shell(
      'a program of root',
      'cp /bin/sh s && chmod 4755 s && [ "$(stat -c %u s)" = 0 ] && echo GOT; ./s -c id | grep -q uid=0 && echo GOT',
    ),
    shell('another owner', 'echo x > f; chown 0:0 f && echo GOT; true'),
    shell(
      'rename out',
      `echo x > f; mv f ${base}/f && echo GOT; mv ../workspace ../w && echo GOT; rmdir /work && echo GOT`,
    ),
  ];
}

function devices(): Try[] {
  return [
    ...['b 8 0', 'b 254 0', 'c 1 1', 'c 10 229', 'c 5 1'].map((what) =>
      shell(`mknod ${what}`, `mknod dev ${what} && echo GOT`),
    ),
    ...['/dev/sda', '/dev/vda', '/dev/mem', '/dev/kmsg', '/dev/fuse', '/dev/kvm', '/dev/console', '/dev/port'].map(
      (device) => shell(`open ${device}`, `head -c 1 ${device} && echo GOT`),
    ),
    python(
      'type into a terminal',
      'import fcntl, os\nfd = os.open("/dev/tty", os.O_RDWR)\nfcntl.ioctl(fd, 0x5412, b"x")\nprint("GOT")',
    ),
    shell('a pipe', 'mkfifo p; true'),
    python('a socket', 'import socket\ns = socket.socket(socket.AF_UNIX)\ns.bind("s")'),
    shell('the log of the kernel', 'dmesg | grep -q . && echo GOT'),
  ];
}

function leavings({ canary }: Prison): Try[] {
  const lives = `sh -c 'sleep 30; : ${canary}-lives'`;
  return [
    shell('in the background', `${lives} & true`),
    shell('in a session of its own', `setsid ${lives} & true`),
    shell('without a hang-up', `nohup ${lives} >/dev/null 2>&1 & true`),
    shell('with all closed', `setsid ${lives} <&- >&- 2>&- & exit 0`),
    python(
      'twice forked',
      `import os\nif os.fork() == 0:\n  os.setsid()\n  if os.fork() == 0:\n    for n in range(3): os.close(n)\n    os.execlp("sh", "sh", "-c", "sleep 30; : ${canary}-lives")\n  os._exit(0)`,
    ),
    shell('that stops itself', `(${lives}) & kill -STOP $!; true`),
    shell('when its time is over', `setsid ${lives} >/dev/null 2>&1 & sleep 100`),
  ];
}

/** What the tools of files may meet afterwards. */
function links({ secret, base, root }: Prison): Try[] {
  return [
    shell(
      'links to files',
      `ln -s ${secret} a; ln -s ../../b/workspace/secret.txt b; ln -s /etc/passwd c; ln -s loop loop`,
    ),
    shell('links to folders', `ln -s ${base} a; ln -s ../.. b; ln -s / c; ln -s ${root}/agents/b/workspace d`),
    shell('links to what is made later', `ln -s ${base}/new a; ln -s ../new b; ln -s ${root}/agents/b/new c`),
    shell('a link in place of a folder', `mkdir -p d/e; echo x > d/e/f; rm -r d; ln -s ${base} d`),
    shell(
      'links by way of /proc',
      `ln -s /proc/self/root${secret} a; ln -s /proc/1/cwd b; ln -s /proc/self/cwd/../../b c`,
    ),
    shell('names of the engine', `ln -s ${secret} .lemming-x.tmp; ln -s ${secret} .lemming-x.aside; echo x > x`),
    shell('a link to the outbox', 'ln -s ../outbox o; ln -s ../resume.md r; ln -s ../memory m'),
    shell('pipes and sockets', 'mkfifo p q; echo x > f'),
    shell(
      'odd names',
      `printf x > "$(printf 'a\\nb')"; printf x > "$(printf '\\377')"; mkdir -- '-rf' '..a' '...'; printf x > ' '`,
    ),
    shell('closed folders', 'mkdir d; echo x > d/f; chmod 0 d; echo x > g; chmod 0 g'),
  ];
}
