import { execFileSync, type SpawnSyncReturns, spawn, spawnSync, type StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, createReadStream, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '../../scripts/servers/free-port.js';
import { openSocket } from '../support/http/socket.js';

const folder = mkdtempSync(join(tmpdir(), 'movie-rental-log-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Starts the service on a known port: the address in its log can't be read here. */
async function serve(stdio: StdioOptions) {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const environment = { PATH: process.env['PATH'], PORT: String(port), SHUTDOWN_GRACE_MS: '0' };
  const service = spawn(process.execPath, ['dist/src/main.js'], {
    stdio,
    env: { ...environment, DATABASE_URL: `sqlite:${join(folder, `${port}.sqlite`)}` },
  });
  const exited = once(service, 'exit');
  while (service.exitCode === null && !(await fetch(`${url}/health/live`).catch(() => undefined))) await pause(50);
  return {
    /** Sends requests concurrently on one connection, and waits until all are answered by 200. */
    async request(count: number): Promise<void> {
      const socket = openSocket(url);
      // The longest id that is logged.
      const id = 'x'.repeat(128);
      socket.write(`GET /version HTTP/1.1\r\nHost: localhost\r\nX-Request-Id: ${id}\r\n\r\n`.repeat(count));
      let answers = '';
      for await (const chunk of socket) {
        answers += String(chunk);
        if (answers.split('HTTP/1.1 200').length > count) return;
      }
      throw new Error(`The connection was closed after ${answers.split('HTTP/1.1 200').length - 1} answers.`);
    },
    metrics: async (): Promise<string> => (await fetch(`${url}/metrics`)).text(),
    /** Ends the service and returns its exit code. */
    async end(): Promise<unknown> {
      service.kill('SIGTERM');
      return (await exited)[0];
    },
  };
}

const droppedIn = (metrics: string): number =>
  Number(/^movie_rental_log_lines_dropped_total (\d+)$/m.exec(metrics)![1]);

describe('a log that cannot be written', () => {
  it('is dropped and counted without blocking while the pipe is not read; the count is logged afterwards', async () => {
    const fifo = join(folder, 'fifo');
    execFileSync('mkfifo', [fifo]);
    const both = openSync(fifo, constants.O_RDWR);
    const { request, metrics, end } = await serve(['ignore', both, 'inherit']);
    expect(droppedIn(await metrics())).toBe(0);
    let sent = 0;
    for (; droppedIn(await metrics()) === 0; sent += 500) await request(500);
    const dropped = droppedIn(await metrics());

    let log = '';
    createReadStream(fifo)
      .setEncoding('utf8')
      .on('data', (chunk) => (log += String(chunk)));
    closeSync(both);
    // Each request writes more of the buffered lines; the count of dropped lines comes last.
    while (!log.includes('log lines dropped')) await request(1);
    expect(log).toContain(`"msg":"${droppedIn(await metrics())} log lines dropped"`);
    expect(await end()).toBe(0);
    const lines = log.trim().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { level: string }).level)).toContain('warn');
    expect(lines.filter((line) => line.includes('GET /version 200')).length).toBeGreaterThan(sent - dropped);
  });

  it.each([
    ['the disk is full', '>/dev/full'],
    ['the reader of the pipe has gone (EPIPE)', '| true'],
    ['stdout is closed', '>&-'],
  ])('does not end the process if %s', (_, redirection) => {
    // The process reports its end on stderr: of a pipeline, the shell knows only the last exit code.
    const program = `
      import { PinoLogger } from './dist/src/platform/logging/pino-logger.js';
      const logger = new PinoLogger('info');
      const log = (left) => {
        logger.log('x'.repeat(1000));
        if (left > 0) setTimeout(log, 1, left - 1);
        else process.on('exit', (code) => console.error('Ended with', code));
      };
      log(50);`;
    const command = `"$0" --input-type=module --eval "$1" ${redirection}`;
    const { stderr } = spawnSync('sh', ['-c', command, process.execPath, program], { encoding: 'utf8' });
    expect(stderr).toBe('Ended with 0\n');
  });
});

describe('the last line of a crashing process', () => {
  const crash = (stdout: number | 'pipe'): SpawnSyncReturns<string> => {
    const program = `
      import { PinoLogger } from './dist/src/platform/logging/pino-logger.js';
      new PinoLogger('info').fatal('Last words');
      process.exit(1);`;
    return spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
      stdio: ['ignore', stdout, 'pipe'],
      encoding: 'utf8',
    });
  };

  it('is written before the exit', () => {
    expect(crash('pipe')).toMatchObject({ stdout: expect.stringContaining('Last words'), stderr: '' });
  });

  it('goes to stderr if stdout cannot be written', () => {
    expect(crash(openSync('/dev/full', 'w')).stderr).toContain('"msg":"Last words"');
  });
});
