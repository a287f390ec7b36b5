import { connect, type Socket } from 'node:net';

/** Opens a TCP connection to a service, for bytes that no HTTP client would send. */
export function openSocket(url: string): Socket {
  const { hostname, port } = new URL(url);
  return connect(Number(port), hostname).on('error', () => undefined);
}

/** Returns all text that a socket receives until the other side closes it. */
export async function readToEnd(socket: Socket): Promise<string> {
  let text = '';
  socket.setEncoding('utf8').on('data', (data: string) => (text += data));
  await new Promise((closed) => socket.once('close', closed));
  return text;
}

/** Sends bytes as they are, and returns the response. */
export async function sendRaw(url: string, bytes: string | Buffer): Promise<string> {
  const socket = openSocket(url);
  socket.write(bytes);
  return readToEnd(socket);
}
