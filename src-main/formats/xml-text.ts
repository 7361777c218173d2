/** XML in and out: elements with their lines, no entities but the five of XML itself, and limits that hostile files meet. */
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { AppError } from '../base/app-error.ts';

export interface XmlElement {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  /** Its own text, trimmed. */
  readonly text: string;
  /** Where it begins, from the start of the file. */
  readonly at: number;
}

const deepest = 64;

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: true,
  processEntities: false,
  cdataPropName: '#cdata',
  captureMetaData: true,
  maxNestedTags: deepest,
  ignoreDeclaration: true,
  ignorePiTags: true,
});
const metadata = XMLParser.getMetaDataSymbol() as unknown as symbol;

/**
 * The root element. Entities that a file declares are refused, not expanded.
 * @throws {AppError} IMPORT_FORMAT_INVALID with line and column
 */
export function parseXml(text: string): XmlElement {
  if (/<!ENTITY/i.test(text))
    throw invalidXml('expected XML without entities of its own, found a declaration <!ENTITY');
  const verdict = XMLValidator.validate(text);
  if (verdict !== true) {
    const { msg, line, col } = verdict.err;
    throw invalidXml(`line ${line}, column ${col ?? 1}: expected well-formed XML: ${msg}`);
  }
  const roots = toElements(parseNodes(text));
  const [root] = roots;
  if (root && roots.length === 1) return root;
  throw invalidXml(`expected XML with one root element, found ${roots.length}`);
}

/** The first child of that name. */
export function findChild(element: XmlElement, name: string): XmlElement | undefined {
  return element.children.find((child) => child.name === name);
}

export function listChildren(element: XmlElement, name: string): XmlElement[] {
  return element.children.filter((child) => child.name === name);
}

/** The text of the first child of that name, undefined where there is none or nothing in it. */
export function findText(element: XmlElement, name: string): string | undefined {
  return findChild(element, name)?.text || undefined;
}

/** "line 12" for a place in the text; quick for many places. */
export function createLineTeller(text: string): (at: number) => string {
  const ends: number[] = [];
  for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', end + 1)) ends.push(end);
  return (at) => {
    let low = 0;
    for (let high = ends.length; low < high; ) {
      const middle = (low + high) >>> 1;
      if ((ends[middle] ?? 0) < at) low = middle + 1;
      else high = middle;
    }
    return `line ${low + 1}`;
  };
}

/** For text and for attributes in double quotes. Characters that XML can not hold become U+FFFD. */
export function escapeXml(text: string): string {
  return (
    text
      // biome-ignore lint/suspicious/noControlCharactersInRegex: what XML 1.0 has no way to write
      .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
      .replaceAll(/[&<>"\t\n\r]/g, (character) => escapes[character] ?? `&#${character.charCodeAt(0)};`)
  );
}

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const named: ReadonlyMap<string, string> = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
]);

type ParsedNode = Readonly<Record<string, unknown>> & { readonly [place: symbol]: unknown };

function parseNodes(text: string): ParsedNode[] {
  try {
    return parser.parse(text) as ParsedNode[];
  } catch (cause) {
    throw invalidXml(`expected plain XML: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
}

function toElements(nodes: readonly ParsedNode[]): XmlElement[] {
  return nodes.flatMap((node) => {
    const name = Object.keys(node).find((key) => key !== ':@');
    return name === undefined || name.startsWith('#') ? [] : [toElement(node, name)];
  });
}

function toElement(node: ParsedNode, name: string): XmlElement {
  const content = node[name] as readonly ParsedNode[];
  const attributes = Object.entries((node[':@'] ?? {}) as Record<string, unknown>);
  const place = node[metadata] as { startIndex?: number } | undefined;
  return {
    name,
    attributes: new Map(attributes.map(([key, value]) => [key, decode(String(value))])),
    children: toElements(content),
    text: content.map(toText).join('').trim(),
    at: place?.startIndex ?? 0,
  };
}

function toText(node: ParsedNode): string {
  if ('#text' in node) return decode(String(node['#text']));
  if (!('#cdata' in node)) return '';
  const parts = node['#cdata'] as readonly ParsedNode[];
  return parts.map((part) => String(part['#text'] ?? '')).join('');
}

function decode(text: string): string {
  return text.replaceAll(/&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(\w+));/gi, (whole, hex, decimal, name) => {
    if (name !== undefined) return named.get(String(name)) ?? whole;
    const code = hex === undefined ? Number(decimal) : Number.parseInt(String(hex), 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}

function invalidXml(message: string): AppError {
  return new AppError('IMPORT_FORMAT_INVALID', message);
}
