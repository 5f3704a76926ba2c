/** Builds the seccomp filter that limits the system calls of a program in the sandbox, as the bytes of a BPF program. */

/** A processor for which filters can be made, by Node's name. */
export type Processor = 'x64' | 'arm64';

/** The number of a call on each processor; null if it has no such call. */
type Numbers = Readonly<Record<Processor, number | null>>;

const both = (x64: number | null, arm64: number | null): Numbers => ({ x64, arm64 });
/** Newer calls have the same number on all processors. */
const same = (number: number): Numbers => both(number, number);

/** The kernel's name of a processor (AUDIT_ARCH). */
const ARCHITECTURE = { x64: 0xc000003e, arm64: 0xc00000b7 } as const;
/** The bit that marks calls with 32-bit addresses in a 64-bit program (x32). */
const X32 = 0x40000000;

const EPERM = 1;
const ENOSYS = 38;
const EAFNOSUPPORT = 97;

/** Calls that programs of agents do not need, and in which kernel bugs are found again and again. */
const FORBIDDEN: Readonly<Record<string, Numbers>> = {
  // Keys that the kernel keeps for a session belong to whoever started LeMMing.
  add_key: both(248, 217),
  request_key: both(249, 218),
  keyctl: both(250, 219),
  // Mounts and namespaces.
  mount: both(165, 40),
  umount2: both(166, 39),
  pivot_root: both(155, 41),
  chroot: both(161, 51),
  open_tree: same(428),
  move_mount: same(429),
  fsopen: same(430),
  fsconfig: same(431),
  fsmount: same(432),
  fspick: same(433),
  mount_setattr: same(442),
  open_tree_attr: same(467),
  setns: both(308, 268),
  unshare: both(272, 97),
  // Programs in the kernel, and tracing.
  bpf: both(321, 280),
  perf_event_open: both(298, 241),
  userfaultfd: both(323, 282),
  fanotify_init: both(300, 262),
  syslog: both(103, 116),
  lookup_dcookie: both(212, 18),
  // Kernel modules, other kernels, and the machine as a whole.
  kexec_load: both(246, 104),
  kexec_file_load: both(320, 294),
  create_module: both(174, null),
  init_module: both(175, 105),
  finit_module: both(313, 273),
  delete_module: both(176, 106),
  get_kernel_syms: both(177, null),
  query_module: both(178, null),
  reboot: both(169, 142),
  settimeofday: both(164, 170),
  clock_settime: both(227, 112),
  sethostname: both(170, 161),
  setdomainname: both(171, 162),
  swapon: both(167, 224),
  swapoff: both(168, 225),
  acct: both(163, 89),
  quotactl: both(179, 60),
  quotactl_fd: same(443),
  vhangup: both(153, 58),
  iopl: both(172, null),
  ioperm: both(173, null),
  modify_ldt: both(154, null),
  // Access to files by number, past the folders above them.
  name_to_handle_at: both(303, 264),
  open_by_handle_at: both(304, 265),
  // Unused for decades.
  nfsservctl: both(180, 42),
  uselib: both(134, null),
  _sysctl: both(156, null),
  sysfs: both(139, null),
  ustat: both(136, null),
};

/**
 * Calls that appear not to exist, so that programs fall back to others. io_uring can do what other calls do without passing the
 * filter, and the flags of clone3 lie where no filter can read them.
 */
const ABSENT: Readonly<Record<string, Numbers>> = {
  io_uring_setup: same(425),
  io_uring_enter: same(426),
  io_uring_register: same(427),
  clone3: same(435),
};

/** Every call that is refused regardless of its arguments: name, numbers, and the error that the program gets. */
export const REFUSED: readonly { name: string; numbers: Numbers; error: number }[] = [
  ...Object.entries(FORBIDDEN).map(([name, numbers]) => ({ name, numbers, error: EPERM })),
  ...Object.entries(ABSENT).map(([name, numbers]) => ({ name, numbers, error: ENOSYS })),
];

/** The flags of clone that make a namespace: mount, cgroup, UTS, IPC, user, PID, network. */
const NAMESPACES = 0x7e020000;
/** Typing into another user's terminal (TIOCSTI, TIOCLINUX). */
const TYPING = [0x5412, 0x541c];
/** Unix, IPv4, IPv6 and netlink. All others reach past the sandbox (vsock) or into old code. */
const FAMILIES = [1, 2, 10, 16];

/** Offsets in the kernel's description of a call: number, architecture, low halves of the arguments. */
const NUMBER = 0;
const ARCH = 4;
const argument = (n: number): number => 16 + 8 * n;

type Instruction = readonly [code: number, yes: number, no: number, value: number];
const load = (offset: number): Instruction => [0x20, 0, 0, offset];
const ifEqual = (value: number, yes: number, no: number): Instruction => [0x15, yes, no, value];
const ifAnyBit = (bits: number, yes: number, no: number): Instruction => [0x45, yes, no, bits];
const ALLOW: Instruction = [0x06, 0, 0, 0x7fff0000];
const refuse = (error: number): Instruction => [0x06, 0, 0, 0x00050000 | error];

/** The filter for a processor in the form that bwrap takes; null for an unsupported processor. */
export function filterFor(processor: string): Uint8Array | null {
  return processor === 'x64' || processor === 'arm64' ? bytesOf(programFor(processor)) : null;
}

function programFor(processor: Processor): Instruction[] {
  const on = (numbers: Numbers, block: readonly Instruction[]): Instruction[] => {
    const number = numbers[processor];
    return number === null ? [] : [ifEqual(number, 0, block.length), ...block];
  };
  return [
    load(ARCH),
    ifEqual(ARCHITECTURE[processor], 1, 0),
    refuse(ENOSYS),
    load(NUMBER),
    ...(processor === 'x64' ? [ifAnyBit(X32, 0, 1), refuse(ENOSYS)] : []),
    ...REFUSED.flatMap(({ numbers, error }) => on(numbers, [refuse(error)])),
    ...on(both(56, 220), [load(argument(0)), ifAnyBit(NAMESPACES, 0, 1), refuse(EPERM), ALLOW]), // clone
    ...on(both(16, 29), [load(argument(1)), ...unless(TYPING), ALLOW]), // ioctl
    ...on(both(41, 198), [load(argument(0)), ...onlyFamilies()]), // socket
    ...on(both(53, 199), [load(argument(0)), ...onlyFamilies()]), // socketpair
    ALLOW,
  ];
}

function unless(values: readonly number[]): Instruction[] {
  return values.flatMap((value) => [ifEqual(value, 0, 1), refuse(EPERM)]);
}

function onlyFamilies(): Instruction[] {
  return [...FAMILIES.flatMap((family) => [ifEqual(family, 0, 1), ALLOW]), refuse(EAFNOSUPPORT)];
}

/** In the kernel's layout: eight bytes an instruction, little-endian. */
function bytesOf(program: readonly Instruction[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(8 * program.length));
  for (const [i, [code, yes, no, value]] of program.entries()) {
    view.setUint16(8 * i, code, true);
    view.setUint8(8 * i + 2, yes);
    view.setUint8(8 * i + 3, no);
    view.setUint32(8 * i + 4, value, true);
  }
  return new Uint8Array(view.buffer);
}
