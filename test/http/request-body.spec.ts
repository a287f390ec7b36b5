import { Socket } from 'node:net';
import express, { type Request } from 'express';
import { readBody } from '../../src/platform/http/requests/body-parser.js';
import { createMessageClasses } from '../../src/platform/http/server/express-messages.js';

describe('the body of a request', () => {
  it('whose client has disconnected before it is read is malformed, and no internal error', async () => {
    const messages = createMessageClasses(express(), () => undefined);
    const request = new messages.IncomingMessage(new Socket()) as Request;
    Object.assign(request.headers, { 'content-type': 'application/json', 'content-length': '2' });
    request.destroy();
    await expect(readBody(request)).rejects.toMatchObject({ type: 'malformed-request' });
  });
});
