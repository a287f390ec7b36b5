import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { ExpressAdapter } from '@nestjs/platform-express';
import type { Express, Request, Response } from 'express';
import { Backpressure, type BackpressureLimits } from './backpressure.js';
import { answerBrokenRequests } from './broken-requests.js';
import { Connections } from './connection.js';
import { Drain } from './drain.js';
import { messagesOf } from './express-messages.js';
import { limitPipelining } from './pipelining.js';
import { represent, type RepresentingResponse } from './represent.js';

type Arrival = (request: Request, response: Response) => void;

/** Connections; the system may allow less. Whoever finds the queue full is reset, or waits for seconds. */
const longestQueue = 4096;

interface FlowLimits extends BackpressureLimits {
  /** Requests of one connection that are in flight at a time. */
  readonly maxPipelinedRequests: number;
}

/**
 * Express on a server that gives up, in under 30 s, on whoever sends a request drop by drop, and that ends without
 * leaving anybody unanswered.
 */
export class HttpAdapter extends ExpressAdapter {
  private readonly arrivals: Arrival[] = [];
  private drain: Drain;
  backpressure: Backpressure;

  constructor(private readonly flow: FlowLimits) {
    super();
  }

  override initHttpServer(): void {
    const express = this.getInstance<Express>();
    const server = createServer(
      {
        ...messagesOf(express, (response) => this.backpressure.afterEnd(response)),
        // Milliseconds. Long, for a crowd that all comes at once waits here for its turn as well.
        headersTimeout: 20_000,
        requestTimeout: 25_000,
        connectionsCheckingInterval: 2_000,
        // Longer than load balancers and clients keep a connection in reserve, so that they close it, and not we just
        // as the next request comes.
        keepAliveTimeout: 75_000,
      },
      (request: IncomingMessage, response: ServerResponse) => this.receive(request as Request, response as Response),
    );
    const connections = new Connections(server);
    limitPipelining(server, connections, this.flow.maxPipelinedRequests);
    this.backpressure = new Backpressure(server, connections, this.flow);
    answerBrokenRequests(server);
    this.drain = new Drain(server);
    this.httpServer = server;
  }

  /** Has something done as each request arrives, which goes on to be routed in any case. */
  onArrival(arrival: Arrival): void {
    this.arrivals.push(arrival);
  }

  /** A middleware of Express would do the same, at five times the cost: each is routed to. */
  private receive(request: Request, response: Response): void {
    for (const arrival of this.arrivals) arrival(request, response);
    this.getInstance<Express>()(request, response);
  }

  /** Listens as Nest asks, but lets more than Node's 511 connections wait to be accepted when a crowd comes at once. */
  override listen(port: string | number, ...rest: unknown[]): Server {
    const host = rest.find((argument) => typeof argument === 'string');
    const callback = rest.find((argument) => typeof argument === 'function') as (() => void) | undefined;
    return (this.httpServer as Server).listen({ port: Number(port), host, backlog: longestQueue }, callback);
  }

  /** Sends what a controller returned. */
  override reply(response: RepresentingResponse, answer: unknown, status?: number): void | Promise<void> {
    const { representation } = response;
    if (representation === undefined || answer === undefined) return super.reply(response, answer, status) as void;
    return represent(response, answer, representation);
  }

  /** Called as soon as the service is told to end, and long before close(). */
  override beforeClose(): void {
    super.beforeClose();
    this.drain.begin();
  }

  override close(): Promise<void> {
    return this.drain.end();
  }
}
