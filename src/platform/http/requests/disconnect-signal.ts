import { setMaxListeners } from 'node:events';
import type { Socket } from 'node:net';

const key = Symbol('disconnect signal');

type SignalingSocket = Socket & { [key]?: AbortSignal };

/**
 * Returns a signal that is aborted when the client disconnects. It is created once per connection and shared by all its
 * requests.
 */
export function disconnectSignal(socket: SignalingSocket): AbortSignal {
  return (socket[key] ??= createSignal(socket));
}

function createSignal(socket: Socket): AbortSignal {
  const controller = new AbortController();
  // Pipelined requests may all wait for the database.
  setMaxListeners(0, controller.signal);
  // An explicit reason avoids the stack trace of the default one.
  const abort = (): void => controller.abort('The client has disconnected.');
  if (socket.destroyed) abort();
  else socket.once('close', abort);
  return controller.signal;
}
