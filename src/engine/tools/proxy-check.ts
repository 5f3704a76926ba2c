/** Checks that programs with access to some hosts can reach no others. */
import { Socket } from 'node:net';
import { openProxy } from '../../disk/sandbox/proxy.ts';
import { demandListed } from './fetch.ts';

/** Opens such a proxy once. Rejects if an unlisted host gets through. No host is contacted. */
export async function checkProxy(hosts: readonly string[]): Promise<void> {
  const reach = async (host: string, port: number) => {
    demandListed(hosts, host, port);
    return new Socket();
  };
  (await openProxy(reach)).close();
}
