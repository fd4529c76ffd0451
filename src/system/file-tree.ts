/**
 * The host's files as the model sees them. Texts are decoded as Latin-1, one character a byte, so
 * that a file of any encoding survives being read and written again.
 */
export interface FileTree {
  /** The content of a regular file, symbolic links followed; undefined where there is none. */
  readonly text: (path: string) => string | undefined;
  /** The names in a folder; empty where there is none. */
  readonly names: (directory: string) => readonly string[];
  /** The target of a symbolic link as it is written; undefined for anything else. */
  readonly link: (path: string) => string | undefined;
}

/** A line of a file, counted from 1. */
export interface Place {
  readonly path: string;
  readonly line: number;
}

/**
 * A tree made of values: paths to texts, and paths to the targets of symbolic links. A link to a
 * file of the same tree is followed.
 */
export function fixedTree(
  texts: Readonly<Record<string, string>>,
  links: Readonly<Record<string, string>> = {},
): FileTree {
  const paths = [...Object.keys(texts), ...Object.keys(links)];
  const text = (path: string): string | undefined => {
    const target = links[path];
    return texts[target === undefined ? path : absolute(target, path)];
  };
  return { text, names: (directory) => namesBelow(paths, directory), link: (path) => links[path] };
}

/**
 * Lays texts over a tree, as if the files had been written; undefined takes a file away.
 *
 * @param changes absolute paths and their texts
 */
export function overlay(
  tree: FileTree,
  changes: ReadonlyMap<string, string | undefined>,
): FileTree {
  const added = [...changes].flatMap(([path, text]) => (text === undefined ? [] : [path]));
  return {
    text: (path) => (changes.has(path) ? changes.get(path) : tree.text(path)),
    link: (path) => (changes.has(path) ? undefined : tree.link(path)),
    names: (directory) => [
      ...new Set([
        ...tree.names(directory).filter((name) => !changes.has(`${directory}/${name}`)),
        ...namesBelow(added, directory),
      ]),
    ],
  };
}

/**
 * The absolute path of a symbolic link's target.
 *
 * @param target as the link has it, absolute or relative to the link's folder
 * @param link the link's own path
 */
export function absolute(target: string, link: string): string {
  if (target.startsWith('/')) return target;
  const parts = link.split('/').slice(1, -1);
  for (const part of target.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}

/** The last component of a path. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function namesBelow(paths: readonly string[], directory: string): string[] {
  const prefix = `${directory}/`;
  const below = paths.filter((path) => path.startsWith(prefix));
  return [...new Set(below.map((path) => path.slice(prefix.length).split('/')[0] ?? ''))];
}
