import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openProxy, PROXY_SOCKET } from '../../../src/disk/sandbox/proxy.ts';

it('passes on what a program sends at once behind its CONNECT', async () => {
  const echo = createServer((end) => end.pipe(end)).listen(0, '127.0.0.1');
  await once(echo, 'listening');
  const { port } = echo.address() as AddressInfo;
  const proxy = await openProxy(async (host) => {
    if (host !== 'listed.example') throw new Error('not listed');
    const to = connect(port, '127.0.0.1');
    await once(to, 'connect');
    return to;
  });
  const program = connect(join(proxy.folder, PROXY_SOCKET));
  program.setEncoding('utf8').write('CONNECT listed.example:443 HTTP/1.1\r\n\r\nat once');
  let heard = '';
  program.on('data', (text: string) => {
    heard += text;
  });
  await expect.poll(() => heard).toBe('HTTP/1.1 200 OK\r\n\r\nat once');
  program.destroy();
  proxy.close();
  echo.close();
});
