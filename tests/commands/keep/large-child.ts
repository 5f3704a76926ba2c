import { checkUnpacked, isOrgPath, packOrg } from '../../../src/app/archive.ts';
import { unpack } from '../../../src/disk/archive/pack.ts';
import { realDisk } from '../../../src/disk/fs/real.ts';

/** Packs the organisation at `root`, or unpacks `file` to it, and prints the most memory that it took: kilobytes. */
const [what, root, file] = process.argv.slice(2) as [string, string, string];
if (what === 'pack') packOrg(realDisk(root), file);
else {
  unpack(file, root, isOrgPath);
  checkUnpacked(realDisk(root), file);
}
process.stdout.write(String(process.resourceUsage().maxRSS));
