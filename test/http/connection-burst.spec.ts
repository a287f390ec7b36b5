import type { Socket } from 'node:net';
import { startService } from '../../scripts/servers/program.js';
import { freshDatabase } from '../support/engine.js';
import { openSocket } from '../support/http/socket.js';

/** More than Node's default listen backlog. */
const connectionCount = 1_000;

describe('a burst of connections while the event loop is blocked', () => {
  it(`is accepted completely: ${connectionCount} connections`, async () => {
    const database = await freshDatabase();
    const { service, url } = await startService({ DATABASE_URL: database.url });
    const sockets: Socket[] = [];
    try {
      void service.kill('SIGSTOP');
      const connected = Array.from({ length: connectionCount }, () => {
        const socket = openSocket(url);
        sockets.push(socket);
        return new Promise((done) => socket.once('connect', done));
      });
      await Promise.all(connected);
    } finally {
      for (const socket of sockets) socket.destroy();
      await service.kill('SIGKILL');
      await database.drop();
    }
  });
});
