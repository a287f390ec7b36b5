import { connect, type Socket } from 'node:net';

/** A connection on which HTTP can be broken on purpose. */
export function openSocket(url: string): Socket {
  const { hostname, port } = new URL(url);
  return connect(Number(port), hostname).on('error', () => undefined);
}

/** All that comes back on a socket until the other side closes it. */
export async function heard(socket: Socket): Promise<string> {
  let text = '';
  socket.setEncoding('utf8').on('data', (data: string) => (text += data));
  await new Promise((closed) => socket.once('close', closed));
  return text;
}

/** What a server answers to these very bytes. */
export async function say(url: string, bytes: string | Buffer): Promise<string> {
  const socket = openSocket(url);
  socket.write(bytes);
  return heard(socket);
}
