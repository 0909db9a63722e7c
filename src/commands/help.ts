const exitCodes = `
Exit codes:
  0 done   1 fault of this tool   2 bad arguments or a missing answer   3 refused, nothing was changed
  4 applied, with steps left for you   130 cancelled
`;

/** What `--help` prints after the options of each command. */
export const examples = {
  create: `
Examples:
  $ create-scalable-backend my-api                       ask, write, install
  $ create-scalable-backend my-api --yes --no-install    take the defaults, ask nothing
  $ create-scalable-backend generate cache               add a capability to the backend in this folder
  $ create-scalable-backend retrofit --dry-run           show what the cache would change in this Express repository
${exitCodes}`,
  generate: `
Examples:
  $ create-scalable-backend generate                     list what can be added
  $ create-scalable-backend generate cache               show the changes, ask, apply
  $ create-scalable-backend generate cache --yes --install
${exitCodes}`,
  retrofit: `
Examples:
  $ create-scalable-backend retrofit --dry-run           verdict of every route, and the diff
  $ create-scalable-backend retrofit cache --yes         apply without asking
  $ create-scalable-backend retrofit --cwd ../api --json
${exitCodes}`,
  undo: `
Examples:
  $ create-scalable-backend undo                         restore every file to the byte
  $ create-scalable-backend undo --cwd ../api
${exitCodes}`,
} as const;
