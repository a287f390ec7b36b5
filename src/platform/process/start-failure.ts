/** What the operator reads when the service, or the demonstration, can't start: the reason and the remedy. */
export function describeStartFailure(error: unknown): string {
  const { code, message, syscall } = error as NodeJS.ErrnoException;
  const remedy = syscall === 'listen' || syscall === 'getaddrinfo' ? remedies[code!] : undefined;
  return `The service can't start. ${message}${remedy ?? ''}`;
}

const remedies: Record<string, string> = {
  EADDRINUSE: '. Let PORT name a free one, or stop what listens there.',
  EADDRNOTAVAIL: '. Let HOST name an address of this machine, or 0.0.0.0 for all of them.',
  ENOTFOUND: '. Let HOST name an address of this machine, or 0.0.0.0 for all of them.',
  EACCES: '. Let PORT name one from 1024 on, which needs no privileges.',
};
