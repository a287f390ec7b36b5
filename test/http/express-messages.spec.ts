import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Express, Request, Response } from 'express';
import { HttpAdapter } from '../../src/platform/http/server/http-adapter.js';

describe('requests and responses', () => {
  it("have Express's prototypes on arrival, and refer to their application", async () => {
    const adapter = new HttpAdapter({
      maxPipelinedRequests: 4,
      sendTimeoutMs: 20_000,
      minSendRate: 1024,
      maxBufferedBytes: 1e8,
      allowedHosts: '',
      maxConnections: 10,
      publicUrl: '',
      trustedProxies: '',
    });
    adapter.initHttpServer();
    const express = adapter.getInstance<Express>();
    const arrived: object[] = [];
    const routed: object[] = [];
    const prototypes = (request: Request, response: Response): object[] => [
      Object.getPrototypeOf(request) as object,
      Object.getPrototypeOf(response) as object,
    ];
    adapter.onArrival((request, response) => void arrived.push(...prototypes(request, response)));
    adapter.get('/', (request: Request, response: Response) => {
      routed.push(...prototypes(request, response));
      response.json({ hostname: request.hostname, isKnown: request.app === express && response.app === express });
    });
    const server = adapter.getHttpServer() as Server;
    await once(adapter.listen(0, '127.0.0.1'), 'listening');
    const answer = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    await adapter.close();
    expect(await answer.json()).toEqual({ hostname: '127.0.0.1', isKnown: true });
    expect(routed.map((prototype, index) => prototype === arrived[index])).toEqual([true, true]);
  });
});
