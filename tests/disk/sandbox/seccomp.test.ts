import { describe, expect, it } from 'vitest';
import { filterFor, type Processor, REFUSED } from '../../../src/disk/sandbox/seccomp.ts';

/** What the kernel hands a filter: the call, and the arguments that are looked at. */
interface Call {
  nr: number;
  arch: number;
  args?: bigint[];
}

const ALLOWED = 0x7fff0000;
const errno = (error: number): number => 0x00050000 + error;
const ARCH = { x64: 0xc000003e, arm64: 0xc00000b7, i386: 0x40000003, arm: 0x40000028 };

/** Runs a filter as the kernel does: classic BPF, as far as filters of calls use it. Throws where the kernel would refuse it. */
function judge(filter: Uint8Array, { nr, arch, args = [] }: Call): number {
  const data = new DataView(new ArrayBuffer(64));
  data.setUint32(0, nr >>> 0, true);
  data.setUint32(4, arch >>> 0, true);
  for (const [i, value] of args.entries()) data.setBigUint64(16 + 8 * i, BigInt.asUintN(64, value), true);
  const program = new DataView(filter.buffer);
  let held = 0;
  for (let at = 0; at < filter.length / 8; at++) {
    const code = program.getUint16(8 * at, true);
    const value = program.getUint32(8 * at + 4, true);
    const jump = (holds: boolean): number => program.getUint8(8 * at + (holds ? 2 : 3));
    if (code === 0x20) {
      if (value % 4 !== 0 || value > 60) throw new Error(`loads from ${value}`);
      held = data.getUint32(value, true);
    } else if (code === 0x15) at += jump(held === value);
    else if (code === 0x45) at += jump((held & value) !== 0);
    else if (code === 0x06) return value;
    else throw new Error(`unknown instruction ${code}`);
  }
  throw new Error('ran past its end');
}

/** The numbers of calls that every program makes. */
const USUAL: Record<Processor, number[]> = {
  x64: [0, 1, 2, 3, 9, 10, 11, 39, 57, 59, 60, 61, 101, 157, 202, 231, 257, 281, 302, 317, 318, 319, 334, 439],
  arm64: [56, 57, 63, 64, 93, 94, 98, 117, 167, 172, 214, 215, 221, 222, 226, 260, 261, 277, 278, 279, 293, 439],
};
const CLONE = { x64: 56, arm64: 220 };
const IOCTL = { x64: 16, arm64: 29 };
const SOCKET = { x64: [41, 53], arm64: [198, 199] };

describe.each(['x64', 'arm64'] as const)('the filter of %s', (processor) => {
  const filter = filterFor(processor) as Uint8Array;
  const ask = (nr: number, ...args: (number | bigint)[]): number =>
    judge(filter, { nr, arch: ARCH[processor], args: args.map(BigInt) });

  it('is a program that the kernel takes: whole instructions, at most 4096', () => {
    expect(filter.length % 8).toBe(0);
    expect(filter.length / 8).toBeLessThan(4096);
  });

  it('refuses the calls of every other architecture, whatever their number', () => {
    for (const [name, arch] of Object.entries({ ...ARCH, none: 0, other: 0xffffffff }))
      for (let nr = 0; nr < 600; nr++) if (name !== processor) expect(judge(filter, { nr, arch })).toBe(errno(38));
  });

  it('refuses each call of the list with its error, and no call beside it', () => {
    const refused = new Map(REFUSED.map(({ numbers, error }) => [numbers[processor], error]));
    expect(refused.size).toBeGreaterThan(45);
    for (let nr = 0; nr < 600; nr++) {
      const error = refused.get(nr);
      // Those that depend on arguments are asked with ones that are harmless.
      const harmless = SOCKET[processor].includes(nr) ? 1 : 0;
      expect([nr, ask(nr, harmless)]).toEqual([nr, error === undefined ? ALLOWED : errno(error)]);
    }
    for (const nr of USUAL[processor]) expect(ask(nr)).toBe(ALLOWED);
  });

  it('lets clone start threads and processes, and no namespace', () => {
    const thread = 0x3d0f00;
    expect([ask(CLONE[processor], thread), ask(CLONE[processor], 17), ask(CLONE[processor], 0x4111)]).toEqual([
      ALLOWED,
      ALLOWED,
      ALLOWED,
    ]);
    for (const flag of [0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000])
      for (const more of [0, 17, thread]) expect(ask(CLONE[processor], flag | more)).toBe(errno(1));
  });

  it('lets no program type into a terminal, however the upper half is set', () => {
    for (const request of [0x5412n, 0x541cn, 0xffffffff_00005412n, 0x1_0000541cn])
      expect(ask(IOCTL[processor], 0, request)).toBe(errno(1));
    for (const request of [0x5401, 0x5413, 0x541b, 0x5421]) expect(ask(IOCTL[processor], 0, request)).toBe(ALLOWED);
  });

  it('lets programs open sockets of four families', () => {
    for (const nr of SOCKET[processor])
      for (let family = 0; family < 60; family++)
        for (const high of [0n, 0xffffffff_00000000n])
          expect(ask(nr, BigInt(family) | high)).toBe([1, 2, 10, 16].includes(family) ? ALLOWED : errno(97));
  });
});

it('x32 calls are refused on x64, also those of the list', () => {
  const filter = filterFor('x64') as Uint8Array;
  for (let nr = 0; nr < 600; nr++) expect(judge(filter, { nr: 0x40000000 + nr, arch: ARCH.x64 })).toBe(errno(38));
});

it('the calls that were named are in the list', () => {
  const names = REFUSED.map(({ name }) => name);
  const wanted = `keyctl add_key request_key io_uring_setup io_uring_enter io_uring_register bpf userfaultfd
    perf_event_open kexec_load kexec_file_load mount umount2 pivot_root move_mount open_tree fsopen fsconfig fsmount fspick
    mount_setattr setns unshare init_module finit_module delete_module open_by_handle_at`;
  expect(names).toEqual(expect.arrayContaining(wanted.split(/\s+/)));
  for (const processor of ['x64', 'arm64'] as const) {
    const numbers = REFUSED.flatMap(({ numbers: of }) => of[processor] ?? []);
    expect(new Set(numbers).size).toBe(numbers.length);
  }
});

it('a processor that nobody made a filter for has none', () => {
  for (const processor of ['ia32', 'arm', 's390x', 'riscv64', 'ppc64', '']) expect(filterFor(processor)).toBe(null);
});
