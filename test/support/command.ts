let runs = 0;

/** The output of a command, and its exit code. */
export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a command of scripts/ in this process, which saves the start of a program. test/commands/run.spec.ts, and tests
 * named there, start each command from the build.
 * @param script such as "verify"
 */
export async function runCommand(
  script: string,
  env: NodeJS.ProcessEnv = {},
  args: readonly string[] = [],
): Promise<CommandResult> {
  const former = { env: process.env, argv: process.argv, exitCode: process.exitCode };
  const printed = { stdout: '', stderr: '' };
  const writers = (['stdout', 'stderr'] as const).map((name) =>
    jest.spyOn(process[name], 'write').mockImplementation((text) => {
      printed[name] += String(text);
      return true;
    }),
  );
  process.env = { PATH: former.env['PATH'], ...env };
  process.argv = [process.execPath, script, ...args];
  process.exitCode = undefined;
  try {
    // A module is evaluated once for each URL.
    await import(new URL(`../../scripts/${script}.js?${runs++}`, import.meta.url).href);
    return { code: Number(process.exitCode ?? 0), ...printed };
  } finally {
    process.env = former.env;
    process.argv = former.argv;
    process.exitCode = former.exitCode;
    for (const writer of writers) writer.mockRestore();
  }
}
