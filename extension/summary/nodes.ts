/** The summary as a tree of plain nodes: what stands where, before it becomes the editor's tree items. */
import type {
  KeyFile,
  KeySymbol,
  Part,
  Place,
  RunCommand,
  Statement,
  Summary,
} from '../../server/protocol/requests.ts';

/** Translates a text and fills in `{0}`, `{1}`, …; `vscode.l10n.t` in the editor. */
export type Say = (text: string, ...values: (string | number)[]) => string;

export interface SummaryNode {
  /** Unique in the tree and the same after a refresh, so that what was expanded stays expanded. */
  readonly id: string;
  readonly label: string;
  readonly description: string;
  /** A codicon's name; `file-theme` and `folder-theme` stand for the icons of the user's file icon theme. */
  readonly icon: string;
  /** What the tooltip says above the source. */
  readonly text: string;
  /** Where it was taken from; what a click opens. */
  readonly place?: Place;
  /** The file or folder it is, as in `Place`. */
  readonly path?: string;
  /** Run by a click, in place of opening a place. */
  readonly command?: string;
  /** What "Copy" copies. */
  readonly copyText?: string;
  readonly generated: boolean;
  /** Spoken by a screen reader in place of label and description. */
  readonly spoken: string;
  readonly expanded: boolean;
  readonly children: readonly SummaryNode[];
}

/** The sections of the tree, top to bottom; empty ones are left out. */
export function nodesOf(summary: Summary, say: Say): SummaryNode[] {
  const sections: (SummaryNode | undefined)[] = [
    section(
      'overview',
      say('Overview'),
      'info',
      true,
      summary.overview.map((s, i) => statementNode(s, i, say)),
    ),
    section(
      'start',
      say('Start here'),
      'rocket',
      true,
      summary.startHere.map(f => keyFileNode('start', f)),
    ),
    section(
      'parts',
      say('Parts'),
      'folder-library',
      true,
      summary.parts.map(p => partNode(p, say)),
    ),
    section(
      'files',
      say('Key files'),
      'star',
      false,
      summary.keyFiles.map(f => keyFileNode('files', f)),
    ),
    section(
      'symbols',
      say('Key symbols'),
      'symbol-class',
      false,
      summary.keySymbols.map(s => symbolNode(s, say)),
    ),
    section('commands', say('Commands'), 'terminal', false, summary.commands.map(commandNode)),
  ];
  return sections.filter(node => node !== undefined);
}

function section(
  id: string,
  label: string,
  icon: string,
  expanded: boolean,
  children: SummaryNode[],
): SummaryNode | undefined {
  if (children.length === 0) return undefined;
  const spoken = `${label}, ${children.length}`;
  return { id, label, description: '', icon, text: '', generated: false, spoken, expanded, children };
}

function statementNode(statement: Statement, index: number, say: Say): SummaryNode {
  const source = placeOf(statement);
  const origin = statement.generated ? say('generated') : at(source);
  return leaf({
    id: `overview/${index}`,
    label: statement.text,
    description: statement.generated ? say('generated') : '',
    icon: statement.generated ? 'sparkle' : 'quote',
    text: statement.text,
    place: source,
    copyText: statement.text,
    generated: statement.generated,
    spoken: `${statement.text}, ${origin}`,
  });
}

function keyFileNode(group: string, file: KeyFile): SummaryNode {
  return leaf({
    id: `${group}/${at(file)}`,
    label: file.path,
    description: file.why,
    icon: 'file-theme',
    text: file.why,
    place: placeOf(file),
    path: file.path,
    copyText: file.path,
    spoken: `${file.path}, ${file.why}`,
  });
}

function partNode(part: Part, say: Say): SummaryNode {
  const name = part.path.slice(part.path.lastIndexOf('/') + 1) || part.path;
  const said = part.statement?.text ?? '';
  const size =
    part.kind === 'folder'
      ? say('{0} files, {1} tokens', part.files, part.tokens)
      : say('{0} tokens', part.tokens);
  const file: Place | undefined = part.kind === 'file' ? { path: part.path, line: 1 } : undefined;
  const source = part.statement ? placeOf(part.statement) : file;
  return {
    id: `parts/${part.path}`,
    label: name,
    description: said,
    icon: part.kind === 'folder' ? 'folder-theme' : 'file-theme',
    text: said ? `${said}\n${size}` : size,
    ...(source && { place: source }),
    path: part.path,
    copyText: part.path,
    generated: part.statement?.generated ?? false,
    spoken: [name, said, size].filter(word => word !== '').join(', '),
    expanded: false,
    children: part.children.map(child => partNode(child, say)),
  };
}

function symbolNode(symbol: KeySymbol, say: Say): SummaryNode {
  const uses = say('{0} · used {1} times', symbol.kind, symbol.uses);
  return leaf({
    id: `symbols/${symbol.name}@${at(symbol)}`,
    label: symbol.name,
    description: uses,
    icon: symbolIcon(symbol.kind),
    text: uses,
    place: placeOf(symbol),
    copyText: symbol.name,
    spoken: `${symbol.name}, ${uses}`,
  });
}

function commandNode(command: RunCommand): SummaryNode {
  return leaf({
    id: `commands/${command.name}@${at(command)}`,
    label: command.name,
    description: command.command,
    icon: 'terminal',
    text: command.command,
    place: placeOf(command),
    copyText: command.command,
    spoken: `${command.name}, ${command.command}`,
  });
}

type Leaf = Omit<SummaryNode, 'generated' | 'expanded' | 'children'> &
  Partial<Pick<SummaryNode, 'generated'>>;

function leaf(node: Leaf): SummaryNode {
  return { generated: false, ...node, expanded: false, children: [] };
}

/** The editor's icon for a kind of symbol; languages name theirs in many ways. */
function symbolIcon(kind: string): string {
  const icons: Record<string, string> = {
    class: 'symbol-class',
    struct: 'symbol-struct',
    interface: 'symbol-interface',
    trait: 'symbol-interface',
    type: 'symbol-interface',
    enum: 'symbol-enum',
    function: 'symbol-method',
    method: 'symbol-method',
    constant: 'symbol-constant',
    variable: 'symbol-variable',
    module: 'symbol-namespace',
    namespace: 'symbol-namespace',
  };
  return icons[kind.toLowerCase()] ?? 'symbol-misc';
}

function placeOf({ path, line }: Place): Place {
  return { path, line };
}

function at({ path, line }: Place): string {
  return `${path}:${line}`;
}
