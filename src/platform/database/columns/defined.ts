/** Returns a copy of `members` without those that are undefined, which spreading would otherwise copy over others. */
export function defined<Members extends object>(members: Members): Members {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Members;
}
