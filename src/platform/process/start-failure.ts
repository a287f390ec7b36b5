/** Returns the message for the operator when the service or the demonstration cannot start: reason and remedy. */
export function describeStartFailure(error: unknown): string {
  const { code, message, syscall } = error as NodeJS.ErrnoException;
  const remedy = syscall === 'listen' || syscall === 'getaddrinfo' ? remedies[code!] : undefined;
  return `The service can't start. ${message}${remedy ?? ''}`;
}

const remedies: Record<string, string> = {
  EADDRINUSE: '. Set PORT to a free port, or stop the program that uses it.',
  EADDRNOTAVAIL: '. Set HOST to an address of this machine, or 0.0.0.0 for all interfaces.',
  ENOTFOUND: '. Set HOST to an address of this machine, or 0.0.0.0 for all interfaces.',
  EACCES: '. Set PORT to 1024 or higher, which needs no privileges.',
};
