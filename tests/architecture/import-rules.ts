/** The import rules of the design as a checker over file texts: who may import whom, and what may stand where. */
import { posix } from 'node:path';

export interface SourceFile {
  /** From the project's root, with `/`. */
  readonly path: string;
  readonly text: string;
}

/** Each layer of src-main, with the layers that it may import besides itself and the contract. */
const layers: Readonly<Record<string, readonly string[]>> = {
  base: [],
  statistics: ['base'],
  engine: ['base'],
  vision: ['base'],
  formats: ['base'],
  store: ['base'],
  jobs: ['base', 'store'],
  loop: ['base', 'statistics', 'engine', 'vision', 'formats', 'store', 'jobs'],
  api: ['base', 'statistics', 'engine', 'vision', 'formats', 'store', 'jobs', 'loop'],
  station: ['base', 'statistics', 'engine', 'vision', 'formats', 'store', 'jobs', 'loop', 'api'],
  // An entry like those of the hosts: it takes the port of the host that started it.
  worker: ['base', 'statistics', 'engine', 'vision', 'formats', 'store', 'jobs', 'loop', 'api', 'hosts'],
  hosts: ['base', 'store', 'jobs', 'vision', 'api', 'station'],
  index: ['base', 'hosts'],
};

/** Packages with one place to be imported in. */
const packagePlaces: readonly (readonly [name: string, places: RegExp])[] = [
  ['electron', /^src-main\/hosts\/electron\/|^src-preload\//],
  ['better-sqlite3', /^src-main\/store\/connection\.ts$/],
  ['onnxruntime-node', /^src-main\/engine\/runtime\//],
  ['sharp', /^src-main\/vision\/|^src-main\/hosts\/cli\/demo\//],
];

const sqlStatement =
  /[`'"]\s*(SELECT\s+[\w*"(]|INSERT\s+(OR\s+\w+\s+)?INTO\s|UPDATE\s+\w+\s+SET\s|DELETE\s+FROM\s|CREATE\s+(TABLE|INDEX)\s|PRAGMA\s+\w)/;
const barrels: ReadonlySet<string> = new Set(['src-preload/contract/index.ts', 'src-main/engine/index.ts']);
const longestFile = 600;

/** One sentence per broken rule, empty for a tree that keeps them all. */
export function findBrokenRules(files: readonly SourceFile[]): string[] {
  return files.flatMap((file) => [
    ...listImports(file).flatMap((target) => findImportFaults(file.path, target)),
    ...findTextFaults(file),
  ]);
}

/** What a file imports, exports from, or imports when it runs: package names as they are, files from the root. */
export function listImports({ path, text }: SourceFile): string[] {
  const code = text.replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');
  const specifiers = [
    ...code.matchAll(/^\s*(?:import|export)\b[^'";]*?\bfrom\s*['"]([^'"]+)['"]/gm),
    ...code.matchAll(/^\s*import\s*['"]([^'"]+)['"]/gm),
    ...code.matchAll(/\bimport\(\s*['"]([^'"]+)['"]\s*\)/g),
  ].map((match) => match[1] ?? '');
  return specifiers.map((name) => (name.startsWith('.') ? posix.join(posix.dirname(path), name) : name));
}

function findImportFaults(path: string, target: string): string[] {
  const faults = [
    findPackageFault(path, target),
    findSideFault(path, target),
    findLayerFault(path, target),
    findDomainFault(path, target),
  ];
  return faults.filter((fault) => fault !== undefined).map((fault) => `${path} imports ${target}: ${fault}`);
}

function findPackageFault(path: string, target: string): string | undefined {
  const rule = packagePlaces.find(([name]) => target === name || target.startsWith(`${name}/`));
  if (!rule || path.startsWith('tests/') || path.startsWith('build/')) return undefined;
  return rule[1].test(path) ? undefined : `${rule[0]} is imported only in ${rule[1].source}`;
}

/** The sides of the product meet in the contract. */
function findSideFault(path: string, target: string): string | undefined {
  const isContract = target.startsWith('src-preload/contract/');
  const isBridge = target === 'src-preload/bridge.d.ts';
  const reached = /^(src-main|src-preload|src-renderer|build|tests)\//.exec(target)?.[1];
  if (reached === undefined || isContract || path.startsWith('tests/') || path.startsWith(`${reached}/`))
    return undefined;
  if (isBridge) return undefined;
  if (path.startsWith('build/') && reached === 'src-main') return undefined;
  return 'the sides share the contract and nothing else';
}

function findLayerFault(path: string, target: string): string | undefined {
  const from = layerOf(path);
  const to = layerOf(target);
  if (from === undefined || to === undefined || from === to) return undefined;
  return layers[from]?.includes(to)
    ? undefined
    : `${from} may import ${layers[from]?.join(', ') || 'nothing'}, not ${to}`;
}

function layerOf(path: string): string | undefined {
  return /^src-main\/(\w+)/.exec(path)?.[1];
}

/** Domains share what `station.ts` fills into their ports; pipeline alone knows them all. */
function findDomainFault(path: string, target: string): string | undefined {
  const from = domainOf(path);
  const to = domainOf(target);
  if (from === undefined || to === undefined || from === to || from === 'pipeline') return undefined;
  return `domains never import each other (${from} → ${to})`;
}

function domainOf(path: string): string | undefined {
  return /^src-main\/loop\/(\w+)\//.exec(path)?.[1];
}

function findTextFaults({ path, text }: SourceFile): string[] {
  const faults: string[] = [];
  const lines = text.split('\n').length;
  if (lines > longestFile) faults.push(`${path} has ${lines} lines: ${longestFile} are the most`);
  if (path.startsWith('src-main/') && !path.startsWith('src-main/store/') && sqlStatement.test(text)) {
    faults.push(`${path} holds SQL text, which stands under src-main/store alone`);
  }
  if (isBarrel({ path, text }) && !barrels.has(path))
    faults.push(`${path} only re-exports: import from the files themselves`);
  return faults;
}

function isBarrel({ path, text }: SourceFile): boolean {
  if (!/(^|\/)index\.tsx?$/.test(path)) return /^export \* from/m.test(text);
  return (
    /^export (type )?(\*|\{[^}]*\}) from/m.test(text) &&
    !/^(export )?(async )?(function|const|class)\b/m.test(text)
  );
}
