import { setMaxListeners } from 'node:events';
import type { Socket } from 'node:net';

const key = Symbol('disconnect signal');

type SignalingSocket = Socket & { [key]?: AbortSignal };

/**
 * A signal that is aborted when the client disconnects. All requests of a connection share it: it is made once, and
 * costs the later ones nothing.
 */
export function disconnectSignal(socket: SignalingSocket): AbortSignal {
  return (socket[key] ??= createSignal(socket));
}

function createSignal(socket: Socket): AbortSignal {
  const controller = new AbortController();
  // Pipelined requests may wait for a database side by side.
  setMaxListeners(0, controller.signal);
  // The reason given spares the stack trace of the default one.
  const abort = (): void => controller.abort('The client has disconnected.');
  if (socket.destroyed) abort();
  else socket.once('close', abort);
  return controller.signal;
}
