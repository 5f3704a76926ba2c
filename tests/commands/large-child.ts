import { unpack } from '../../src/disk/pack.ts';
import { realDisk } from '../../src/disk/real.ts';
import { checkUnpacked, isOrgPath, packOrg } from '../../src/engine/pack.ts';

/** Packs the organisation at `root`, or unpacks `file` to it, and prints the most memory that it took: kilobytes. */
const [what, root, file] = process.argv.slice(2) as [string, string, string];
if (what === 'pack') packOrg(realDisk(root), file);
else {
  unpack(file, root, isOrgPath);
  checkUnpacked(realDisk(root), file);
}
process.stdout.write(String(process.resourceUsage().maxRSS));
