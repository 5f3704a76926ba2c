/** Checks that programs which may reach some hosts reach no other. */
import { Socket } from 'node:net';
import { openProxy } from '../../disk/sandbox/proxy.ts';
import { demandListed } from './fetch.ts';

/** Opens the proxy of such programs once. Rejects when a host that is not listed gets through; no host is contacted. */
export async function checkProxy(hosts: readonly string[]): Promise<void> {
  const reach = async (host: string, port: number) => {
    demandListed(hosts, host, port);
    return new Socket();
  };
  (await openProxy(reach)).close();
}
