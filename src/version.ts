/** The program's version; a test keeps it equal to package.json's. */
export const VERSION = '3.0.0';
