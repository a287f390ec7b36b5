import type { IncomingMessage } from 'node:http';
import { AllowedHosts } from '../server/allowed-hosts.js';
import { HttpProblem } from '../problems/http-problem.js';
import { type ArrivedRequest, parseRequestTarget } from './request-target.js';

/** Node accepts 2,000 and silently drops the rest. */
const maxHeaderFields = 100;

/**
 * Checks the requirements of HTTP that Node does not check, and sets `request.target`, which is routed, logged and
 * measured afterwards.
 * @returns the problem of an invalid request, else undefined
 */
export function checkProtocol(request: ArrivedRequest, hosts: AllowedHosts): HttpProblem | undefined {
  const { httpVersion, rawHeaders, headers } = request;
  request.target = parseRequestTarget(request.method, request.url);
  if (httpVersion !== '1.1' && httpVersion !== '1.0') return malformed(`HTTP/${httpVersion} is not supported here.`);
  if (rawHeaders.length > 2 * maxHeaderFields) {
    const detail = `The request has more than ${maxHeaderFields} header fields.`;
    return new HttpProblem('request-header-fields-too-large', detail);
  }
  // Node uses the first of repeated fields.
  if (isRepeated('host', rawHeaders)) return malformed('Host is sent more than once.');
  if (isRepeated('content-type', rawHeaders)) return malformed('Content-Type is sent more than once.');
  if (isRepeated('authorization', rawHeaders)) return malformed('Authorization is sent more than once.');
  if (headers.host === undefined && httpVersion === '1.1') return malformed('Host is missing.');
  if (!request.target) return malformed('The request target is malformed.');
  if ((headers['transfer-encoding'] ?? 'chunked').toLowerCase() !== 'chunked') {
    return malformed('chunked is the only supported transfer coding.');
  }

  const { url, path, authority = headers.host } = request.target;
  if (!isDecodable(path)) return malformed('The path is not valid percent-encoded UTF-8.');
  request.url = url;
  if (authority !== undefined) {
    if (!AllowedHosts.isWellFormed(authority)) return malformed('The host of the request is malformed.');
    if (!hosts.allows(authority, path)) {
      return new HttpProblem('misdirected-request', 'This service does not serve the host of the request.');
    }
  }
  return isExpectationMet(request) ? undefined : unmetExpectation();
}

export const expectsContinue = ({ headers, httpVersion }: IncomingMessage): boolean =>
  headers.expect !== undefined && httpVersion === '1.1';

/** HTTP/1.0 has no expectations: a proxy may have forwarded the field (RFC 9110 §10.1.1). */
function isExpectationMet(request: IncomingMessage): boolean {
  return !expectsContinue(request) || request.headers.expect!.toLowerCase() === '100-continue';
}

function unmetExpectation(): HttpProblem {
  return new HttpProblem('expectation-failed', 'Expect supports only 100-continue.');
}

const malformed = (detail: string): HttpProblem => new HttpProblem('malformed-request', detail);

function isDecodable(path: string): boolean {
  if (!path.includes('%')) return true;
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}

/** @param field in lower case */
function isRepeated(field: string, rawHeaders: readonly string[]): boolean {
  let count = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]!;
    if (name.length === field.length && name.toLowerCase() === field) count++;
  }
  return count > 1;
}
