// What every compiled cluster has without being asked, where more than the compiler has to know it.

/** That many failures of a resource within ten minutes ban it from a node; before that it is restarted in place. */
export const migrationThreshold = 3
