/** File names for pictures that come from many folders: unique, and such that every tool and file system takes them. */

/**
 * In the order of the names. Unique without their endings too and in any case, since label files are named after
 * pictures: of `a.jpg`, `a.JPG` and `a.png` the second becomes `a-2.JPG` and the third `a-3.png`.
 */
export function chooseFileNames(names: readonly string[]): string[] {
  const taken = new Set<string>();
  const next = new Map<string, number>();
  return names.map((name) => {
    const { stem, ending } = toPlain(name);
    const key = stem.toLowerCase();
    let number = next.get(key) ?? 1;
    let chosen = stem;
    for (; taken.has(chosen.toLowerCase()); chosen = `${stem}-${number}`) number++;
    next.set(key, number);
    taken.add(chosen.toLowerCase());
    return chosen + ending;
  });
}

const longestStem = 120;

/** Without folders, spaces, signs that a file system or a list of names takes for something else. */
function toPlain(name: string): { stem: string; ending: string } {
  const [, head = name, ending = ''] = /^(.+?)(\.[A-Za-z0-9]{1,5})?$/su.exec(name) ?? [];
  const stem = [...head.normalize('NFC')]
    .slice(0, longestStem)
    .join('')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is replaced
    .replaceAll(/[\s\u0000-\u001f\u007f/\\:*?"'<>|,;#%&]+/gu, '_')
    .replace(/^[.-]+/, '_');
  return { stem: stem === '' ? 'picture' : stem, ending };
}
