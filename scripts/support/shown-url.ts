/** A database's URL as it may be shown: without the password, which may also be among the parameters. */
export function shownUrl(databaseUrl: string): string {
  if (databaseUrl.startsWith('sqlite:')) return databaseUrl;
  const url = new URL(databaseUrl);
  url.password = '';
  url.search = '';
  return url.href;
}
