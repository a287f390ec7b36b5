import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { Logger } from '@nestjs/common';
import { ExpressAdapter } from '@nestjs/platform-express';
import express, { type Express, type Response } from 'express';
import type { DomainError } from '../../../kernel/domain-error.js';
import { AllowedHosts } from './allowed-hosts.js';
import { Backpressure, type BackpressureLimits } from '../connections/backpressure.js';
import { ArrivalQueue } from '../connections/arrival-queue.js';
import { answerClientErrors } from './client-errors.js';
import { ConnectionLimit, tooManyConnections } from '../connections/connection-limit.js';
import { Connections } from '../connections/connection.js';
import { GracefulShutdown } from './graceful-shutdown.js';
import { createMessageClasses } from './express-messages.js';
import { HttpProblem } from '../problems/http-problem.js';
import { LoadShedding, type WriteQueue } from '../connections/load-shedding.js';
import { type PlainRequest, readPlainRequest } from '../connections/plain-request.js';
import { limitPipelining } from '../connections/pipelining.js';
import type { ProblemResponse } from '../problems/problem.filter.js';
import { type ProblemMessage, problemMessage, ProblemTemplate, sendMessage } from '../problems/problem-message.js';
import { expectsContinue, checkProtocol } from '../requests/protocol-checks.js';
import { sendRepresentation, type NegotiatedResponse } from '../responses/send-representation.js';
import { type ArrivedRequest, isHealthPath } from '../requests/request-target.js';
import { anyMethod } from '../requests/route.js';

type RejectionHook = (request: PlainRequest, requestId: string) => void;
type ArrivalHook = (request: ArrivedRequest, response: Response) => void;
/** Returns the error that rejects a request, or undefined if it may proceed. */
type Admission = (
  request: ArrivedRequest,
  response: Response,
) => HttpProblem | undefined | Promise<HttpProblem | undefined>;
type SecurityHook = Parameters<ExpressAdapter['registerSecurityHook']>[0];

/** Listen backlog, capped by the kernel's somaxconn. Connections beyond it are reset or delayed by seconds. */
const listenBacklog = 4096;

/** Idle time after which a connection is closed. */
const keepAliveSeconds = 75;
const keepAlive = { Connection: 'keep-alive', 'Keep-Alive': `timeout=${keepAliveSeconds}` };

/** Timeouts for receiving a request. */
export interface ReceiveTimeouts {
  readonly headersTimeoutMs: number;
  readonly requestTimeoutMs: number;
  /** Interval of the checks of both. */
  readonly checkIntervalMs: number;
}

/** Long, since requests of a burst also wait here for their turn, but less than 30 s in total. */
export const defaultReceiveTimeouts: ReceiveTimeouts = {
  headersTimeoutMs: 20_000,
  requestTimeoutMs: 25_000,
  checkIntervalMs: 2_000,
};

/** Settings of the HTTP server. */
interface HttpSettings extends BackpressureLimits {
  /** Maximum requests in flight on one connection. */
  readonly maxPipelinedRequests: number;
  /** @see AllowedHosts */
  readonly allowedHosts: string;
  readonly maxConnections: number;
  /** Prefix of all links (PUBLIC_URL), without a trailing slash. */
  readonly publicUrl: string;
  /** Proxies whose X-Forwarded-For is trusted, separated by commas. */
  readonly trustedProxies: string;
}

/**
 * Express adapter with slow-client (slowloris) timeouts below 30 s, protocol checks, backpressure and graceful
 * shutdown.
 */
export class HttpAdapter extends ExpressAdapter {
  private readonly log = new Logger('Http');
  private readonly arrivalHooks: ArrivalHook[] = [];
  private readonly admissions: Admission[] = [];
  private readonly rejectionHooks: RejectionHook[] = [];
  private readonly hosts: AllowedHosts;
  private securityHook?: SecurityHook;
  private knownSecurityHeaders?: Readonly<Record<string, string>>;
  private loadShedding?: LoadShedding;
  private rejection?: ProblemTemplate;
  private readonly arrivals = new ArrivalQueue(() => this.loadShedding?.isNear ?? false);
  private connectionLimit!: ConnectionLimit;
  private shutdown!: GracefulShutdown;
  backpressure!: Backpressure;

  constructor(
    private readonly settings: HttpSettings,
    private readonly timeouts: ReceiveTimeouts = defaultReceiveTimeouts,
  ) {
    super(createExpress(settings.trustedProxies));
    this.hosts = new AllowedHosts(settings.allowedHosts, settings.publicUrl);
  }

  override initHttpServer(): void {
    const server = createServer({
      ...createMessageClasses(this.getInstance<Express>(), (response) => this.backpressure.afterEnd(response)),
      headersTimeout: this.timeouts.headersTimeoutMs,
      requestTimeout: this.timeouts.requestTimeoutMs,
      connectionsCheckingInterval: this.timeouts.checkIntervalMs,
      // Longer than the idle timeouts of load balancers and clients, so that they close connections, and the service
      // never does while a request arrives.
      keepAliveTimeout: keepAliveSeconds * 1000,
      // Checked by checkProtocol().
      requireHostHeader: false,
    });
    server.on('request', (request, response) => this.receive(request as ArrivedRequest, response as Response));
    const connections = new Connections(server);
    const rejectUnparsed = this.rejectUnparsed.bind(this);
    limitPipelining(server, connections, this.settings.maxPipelinedRequests, this.arrivals, rejectUnparsed);
    this.backpressure = new Backpressure(server, connections, this.settings);
    this.connectionLimit = new ConnectionLimit(server, this.settings.maxConnections);
    this.shutdown = new GracefulShutdown(server, connections);
    // checkProtocol() checks expectations before the body is requested.
    for (const event of ['checkContinue', 'checkExpectation']) {
      server.on(event, (request: object, response: object) => server.emit('request', request, response));
    }
    answerClientErrors(server, (problem, id) => this.messageOf(problem, '/', id));
    server.on('listening', () => {
      this.hosts.bind(server.address() as AddressInfo);
      // For example EMFILE. Without a listener the error would end the process.
      server.on('error', (error) => this.log.error({ msg: 'Could not accept a connection', err: error }));
    });
    this.httpServer = server;
  }

  /** Registers a hook that runs before routing and cannot stop the request. */
  onArrival(hook: ArrivalHook): void {
    this.arrivalHooks.push(hook);
  }

  /** Registers a hook that runs for each write that load shedding has rejected before it was parsed. */
  onRejection(hook: RejectionHook): void {
    this.rejectionHooks.push(hook);
  }

  /** Registers a check that a request must pass, after the previous ones, before its body is read. */
  onAdmission(check: Admission): void {
    this.admissions.push(check);
  }

  /** Keeps the hook for responses that are sent before it has run. */
  override registerSecurityHook(hook: SecurityHook): void {
    super.registerSecurityHook(hook);
    this.securityHook = hook;
  }

  /** Caches the headers: the hook always sets the same ones. */
  private securityHeaders(): Readonly<Record<string, string>> {
    if (!this.knownSecurityHeaders && this.securityHook) {
      const headers: Record<string, string> = {};
      const setHeader = (name: string, value: string): void => void (headers[name] = value);
      this.securityHook({}, { setHeader, removeHeader: () => undefined });
      this.knownSecurityHeaders = headers;
    }
    return this.knownSecurityHeaders ?? {};
  }

  /** Enables load shedding of writes. */
  shedLoad(writes: WriteQueue): void {
    this.loadShedding = new LoadShedding(writes);
    writes.onCommit((committed) => this.arrivals.onCommit(committed));
  }

  private messageOf(error: DomainError | HttpProblem, instance: string, requestId: string): ProblemMessage {
    const message = problemMessage(error, { instance, requestId, publicUrl: this.settings.publicUrl });
    return { ...message, headers: { ...this.securityHeaders(), ...message.headers } };
  }

  /**
   * Rejects a whole write without parsing it, while load is shed: this costs a third of rejecting a parsed request. Its
   * response is the same. See docs/decisions/0061.
   */
  private rejectUnparsed(socket: Socket, bytes: Buffer): boolean {
    if (!this.loadShedding?.isActive(this.arrivals.enteringWrites) || this.shutdown.hasBegun) return false;
    const request = readPlainRequest(bytes);
    if (!request) return false;
    const requestId = randomUUID();
    const error = this.loadShedding.refuse();
    this.rejection ??= new ProblemTemplate((path, id) => this.messageOf(error, path, id), keepAlive);
    socket.write(this.rejection.textFor(request.path, requestId), 'latin1');
    for (const hook of this.rejectionHooks) hook(request, requestId);
    return true;
  }

  /** Handles each request before Express: five times cheaper than middleware, which passes through the router. */
  private receive(request: ArrivedRequest, response: Response): void {
    request.publicUrl = this.settings.publicUrl;
    try {
      for (const hook of this.arrivalHooks) hook(request, response);
      const error = checkProtocol(request, this.hosts) ?? this.connectionLimitError(request, response);
      if (error) return this.refuse(request, response, error);
      if (this.loadShedding?.refuses(request, this.arrivals.enteringWrites))
        return this.shed(request, response, this.loadShedding.refuse());
      this.admit(request, response, 0);
    } catch (error) {
      this.fail(request, response, error);
    }
  }

  /** Runs the admission checks from the `next` one on, then Express. Waits only for checks that are asynchronous. */
  private admit(request: ArrivedRequest, response: Response, next: number): void {
    for (let index = next; index < this.admissions.length; index++) {
      const outcome = this.admissions[index]!(request, response);
      if (outcome instanceof Promise) {
        return void outcome
          .then((error) => (error ? this.refuse(request, response, error) : this.admit(request, response, index + 1)))
          .catch((error: unknown) => this.fail(request, response, error));
      }
      if (outcome) return this.refuse(request, response, outcome);
    }
    if (request.url === '*') return void response.writeHead(204, { Allow: anyMethod }).end();
    if (expectsContinue(request)) response.writeContinue();
    this.getInstance<Express>()(request, response, (error) => this.fail(request, response, error));
  }

  private connectionLimitError(request: ArrivedRequest, response: Response): DomainError | undefined {
    if (!this.connectionLimit.isExceededBy(request.socket)) return undefined;
    response.shouldKeepAlive = false;
    // Health checks are exempt: a busy instance is alive, and may be ready.
    return isHealthPath(request.target!.path) ? undefined : tooManyConnections();
  }

  private shed(request: ArrivedRequest, response: ProblemResponse, error: DomainError): void {
    response.isNotStarted = true;
    this.refuse(request, response, error);
  }

  private refuse(request: ArrivedRequest, response: Response, error: DomainError | HttpProblem): void {
    sendMessage(response, this.messageOf(error, request.target?.path ?? '/', request.id));
  }

  /** Replaces Express's error page, for errors that no exception filter has handled. */
  private fail(request: ArrivedRequest, response: Response, error: unknown): void {
    this.log.error({ msg: 'Unhandled error in a request', request_id: request.id, err: error });
    if (response.headersSent) response.destroy();
    else this.refuse(request, response, new HttpProblem('internal-error', 'An internal error occurred.'));
  }

  /** Listens with a longer backlog than Node's 511, for bursts of connections. */
  override listen(port: string | number, ...rest: unknown[]): Server {
    const host = rest.find((argument) => typeof argument === 'string');
    const callback = rest.find((argument) => typeof argument === 'function') as (() => void) | undefined;
    return (this.httpServer as Server).listen({ port: Number(port), host, backlog: listenBacklog }, callback);
  }

  /** Sends the result of a controller. */
  override reply(response: NegotiatedResponse, result: unknown, status?: number): void | Promise<void> {
    const { representation } = response;
    if (representation === undefined || result === undefined) return super.reply(response, result, status) as void;
    return sendRepresentation(response, result, representation);
  }

  /** Called on the shutdown signal, long before close(). */
  override beforeClose(): void {
    super.beforeClose();
    this.shutdown.begin();
  }

  override close(): Promise<void> {
    return this.shutdown.end();
  }
}

/** Paths are case-sensitive, as proxies assume. Express reads the setting with the first route. */
function createExpress(trustedProxies: string): Express {
  return express()
    .set('trust proxy', trustedProxies.split(',').filter(Boolean))
    .enable('case sensitive routing')
    .disable('etag')
    .disable('x-powered-by')
    .set('query parser', 'simple');
}
