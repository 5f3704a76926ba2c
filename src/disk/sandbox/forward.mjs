// Runs in the sandbox: hands what comes to the port of the proxy on to its socket, for programs know only ports.
import { connect, createServer } from 'node:net';

const [port, socket] = process.argv.slice(2);
createServer((from) => {
  const to = connect(socket);
  from.on('error', () => to.destroy());
  to.on('error', () => from.destroy());
  from.pipe(to).pipe(from);
}).listen(Number(port), '127.0.0.1', () => process.stdout.write('ready\n'));
