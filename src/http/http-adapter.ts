import { createServer } from 'node:http';
import { ExpressAdapter } from '@nestjs/platform-express';

/** Express on a server that gives up, in under 30 s, on whoever sends a request drop by drop. */
export class HttpAdapter extends ExpressAdapter {
  override initHttpServer(): void {
    this.httpServer = createServer(
      { headersTimeout: 10_000, requestTimeout: 20_000, connectionsCheckingInterval: 5_000 },
      this.getInstance(),
    );
  }
}
