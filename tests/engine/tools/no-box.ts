import type { KeptFiles } from '../../../src/disk/cache/kept.ts';
import { realSandbox, type Sandbox } from '../../../src/disk/sandbox/sandbox.ts';

/** A sandbox of a machine that has none. */
export function noBox(root: string, kept?: KeptFiles): Sandbox {
  return {
    ...realSandbox(root, kept),
    probe: async () => ({ level: 'none', why: 'bubblewrap (bwrap) is not installed' }),
  };
}
