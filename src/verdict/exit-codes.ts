/** Exit code for an option, argument or file that cannot be used. */
export const EXIT_USAGE = 2;

/** sysexits(3) EX_SOFTWARE: an internal error. */
export const EXIT_BUG = 70;
