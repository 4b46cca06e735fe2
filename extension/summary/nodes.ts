/** The summary as a tree of plain nodes, before it becomes the editor's tree items. */
import type {
  KeyFile,
  KeySymbol,
  Part,
  PartLink,
  PartRelations,
  Place,
  Run,
  RunCommand,
  Statement,
  Summary,
} from '../../server/protocol/requests.ts';

/** Translates a message and fills in `{0}`, `{1}`, …; `vscode.l10n.t` in the editor. */
export type Say = (text: string, ...values: (string | number)[]) => string;

export interface SummaryNode {
  /** Unique in the tree and stable across refreshes, so that expanded entries stay expanded. */
  readonly id: string;
  readonly label: string;
  readonly description: string;
  /** A codicon's name; `file-theme` and `folder-theme` use the file icon theme. */
  readonly icon: string;
  /** Tooltip text above the source. */
  readonly text: string;
  /** Its source, which a click opens. */
  readonly place?: Place;
  /** The file or folder it represents, as in `Place`. */
  readonly path?: string;
  /** Run by a click instead of opening a place. */
  readonly command?: string;
  /** Text for "Copy". */
  readonly copyText?: string;
  readonly generated: boolean;
  /** Screen reader text for label and description. */
  readonly spoken: string;
  readonly expanded: boolean;
  readonly children: readonly SummaryNode[];
}

/** Generated sentences by folder. */
export type Sentences = ReadonlyMap<string, Statement>;

/** The sections of the tree, top to bottom; empty ones are omitted. */
export function nodesOf(summary: Summary, say: Say, sentences: Sentences = new Map()): SummaryNode[] {
  const sections: (SummaryNode | undefined)[] = [
    section(
      'overview',
      say('Overview'),
      'info',
      true,
      summary.overview.map((s, i) => statementNode(s, i, say)),
    ),
    section(
      'runs',
      say('How it runs'),
      'play',
      true,
      summary.runs.map(run => runNode(run)),
    ),
    section(
      'relations',
      say('How the parts fit together'),
      'type-hierarchy',
      false,
      summary.relations.map(part => relationsNode(part, say)),
    ),
    section(
      'parts',
      say('Parts'),
      'folder-library',
      false,
      folded(
        summary.parts.map(p => partNode(p, say, sentences)),
        say,
      ),
    ),
    section(
      'start',
      say('Start here'),
      'rocket',
      true,
      summary.startHere.map(f => keyFileNode('start', f)),
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
    section('conventions', say('Conventions and pitfalls'), 'law', false, [
      ...summary.conventions.map((s, i) => statementNode(s, i, say, 'conventions')),
      ...summary.usual.map((s, i) => ({ ...sourcedNode(s, i, say, 'usual'), icon: 'checklist' })),
    ]),
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

function statementNode(statement: Statement, index: number, say: Say, group = 'overview'): SummaryNode {
  const source = placeOf(statement);
  const origin = statement.generated ? say('generated') : at(source);
  return leaf({
    id: `${group}/${index}`,
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

/** An entry point; below it each call, at its line. */
function runNode(run: Run): SummaryNode {
  const id = `runs/${run.title}`;
  // Titles are an entry point, and what makes it one.
  const [entry, ...reasons] = run.title.split(' — ');
  const node = leaf({
    id,
    label: entry!.includes('/') ? shortPath(entry!) : entry!,
    description: reasons.join(' — ').replace(/\S+\/\S+/g, path => path.slice(path.lastIndexOf('/') + 1)),
    icon: 'debug-start',
    text: run.title,
    place: placeOf(run),
    copyText: run.title,
    spoken: `${run.title}, ${at(run)}`,
  });
  const calls = run.calls.map((call, index) =>
    leaf({
      id: `${id}/${index}`,
      label: call.text,
      description: '',
      icon: 'arrow-right',
      text: call.text,
      place: placeOf(call),
      copyText: call.text,
      spoken: `${call.text}, ${at(call)}`,
    }),
  );
  return { ...node, children: calls };
}

/** A part of the repository; below it what it uses, what uses it, its tests and what names it. */
function relationsNode(part: PartRelations, say: Say): SummaryNode {
  const id = `relations/${part.path}${part.loose ? '/*' : ''}`;
  const said = part.statement?.text ?? '';
  const label = part.loose ? `${part.path === '' ? '.' : part.path}/*` : part.path;
  const link = (name: string, { part: other, references, at: place }: PartLink, text: string): SummaryNode =>
    leaf({
      id: `${id}/${name}/${other}`,
      label: text,
      description: references > 0 ? String(references) : '',
      icon: name === 'uses' ? 'arrow-right' : name === 'tests' ? 'beaker' : 'arrow-left',
      text: say('{0} references, one at {1}', references, at(place)),
      place: placeOf(place),
      copyText: other,
      spoken: `${text}, ${references}`,
    });
  return {
    id,
    label,
    description: said,
    icon: part.kind === 'folder' ? 'folder-theme' : 'file-theme',
    text: said === '' ? label : said,
    ...(part.statement && { place: placeOf(part.statement) }),
    path: part.path,
    copyText: part.path,
    generated: false,
    spoken: said === '' ? label : `${label}, ${said}`,
    expanded: false,
    children: [
      ...part.uses.map(one => link('uses', one, say('uses {0}', one.part))),
      ...part.usedBy.map(one => link('usedBy', one, say('used by {0}', one.part))),
      ...(part.tests ? [link('tests', part.tests, say('tested in {0}', part.tests.part))] : []),
      ...part.wiredBy.map(place =>
        leaf({
          id: `${id}/wired/${at(place)}`,
          label: say('named in {0}', place.path),
          description: '',
          icon: 'plug',
          text: at(place),
          place: placeOf(place),
          copyText: place.path,
          spoken: say('named in {0}', place.path),
        }),
      ),
    ],
  };
}

/** Groups dot folders and top-level files in one entry: settings and documents are seldom looked for first. */
function folded(nodes: readonly SummaryNode[], say: Say): SummaryNode[] {
  const isAside = ({ label, icon }: SummaryNode): boolean => label.startsWith('.') || icon === 'file-theme';
  const aside = nodes.filter(isAside);
  if (aside.length < fewestFolded || aside.length === nodes.length) return [...nodes];
  const label = say('{0} files and folders of settings and papers', aside.length);
  const node = {
    ...leaf({ id: 'parts/:aside', label, description: '', icon: 'ellipsis', text: label, spoken: label }),
    children: aside,
  };
  return [...nodes.filter(one => !isAside(one)), node];
}

/** Fewer entries are not worth grouping. */
const fewestFolded = 4;

/** Longer paths do not fit the sidebar's default width beside a reason. */
const longestPath = 26;
/** Names that say nothing without their folder. */
const generic = /^(?:program|extensions?|index|main|mod|lib|app|__init__|build\.gradle|package|cargo)\b/i;

/** The last names of a path, as many as fit and are needed. */
function shortPath(path: string): string {
  if (path.length <= longestPath) return path;
  const names = path.split('/');
  return names.slice(generic.test(names.at(-1)!) ? -2 : -1).join('/');
}

function keyFileNode(group: string, file: KeyFile): SummaryNode {
  const label = shortPath(file.path);
  const isShort = label === file.path;
  const folder = file.path.slice(0, -label.length - 1);
  return leaf({
    id: `${group}/${at(file)}`,
    label,
    description: isShort ? file.why : [file.why, folder].filter(one => one !== '').join(' · '),
    icon: 'file-theme',
    text: isShort ? file.why : `${file.path}\n${file.why}`,
    place: placeOf(file),
    path: file.path,
    copyText: file.path,
    spoken: `${file.path}, ${file.why}`,
  });
}

function partNode(part: Part, say: Say, sentences: Sentences): SummaryNode {
  const name = part.path.slice(part.path.lastIndexOf('/') + 1) || part.path;
  const sentence = sentences.get(part.path);
  const statement = part.statement ?? sentence;
  const said = statement?.text ?? '';
  const size =
    part.kind === 'folder'
      ? part.files === 1
        ? say('1 file, {0} tokens', part.tokens)
        : say('{0} files, {1} tokens', part.files, part.tokens)
      : say('{0} tokens', part.tokens);
  const file: Place | undefined = part.kind === 'file' ? { path: part.path, line: 1 } : undefined;
  const source = statement ? placeOf(statement) : file;
  return {
    id: `parts/${part.path}`,
    label: name,
    description: said,
    icon: part.kind === 'folder' ? 'folder-theme' : 'file-theme',
    text: said ? `${said}\n${size}` : size,
    ...(source && { place: source }),
    path: part.path,
    copyText: part.path,
    generated: statement?.generated ?? false,
    spoken: [name, said, statement?.generated ? say('generated') : '', size]
      .filter(word => word !== '')
      .join(', '),
    expanded: false,
    children: [
      ...(sentence === undefined ? [] : [sourcedNode(sentence, 0, say, `sentence/${part.path}`)]),
      ...part.children.map(child => partNode(child, say, sentences)),
    ],
  };
}

/** A sentence that is no quote; below it the places it comes from. */
function sourcedNode(sentence: Statement, index: number, say: Say, group: string): SummaryNode {
  const node = statementNode(sentence, index, say, group);
  const sources = (sentence.sources ?? []).map((source, number) =>
    leaf({
      id: `${node.id}/source/${number}`,
      label: at(source),
      description: '',
      icon: 'quote',
      text: at(source),
      place: placeOf(source),
      copyText: at(source),
      spoken: at(source),
    }),
  );
  return { ...node, children: sources };
}

function symbolNode(symbol: KeySymbol, say: Say): SummaryNode {
  const uses =
    symbol.usedBy === 0
      ? symbol.kind
      : symbol.usedBy === 1
        ? say('{0} · used by 1 file', symbol.kind)
        : say('{0} · used by {1} files', symbol.kind, symbol.usedBy);
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
    description: command.use === 'other' ? command.command : command.use,
    icon: 'terminal',
    text: command.command,
    place: placeOf(command),
    copyText: command.name,
    spoken: `${command.use}, ${command.name}, ${command.command}`,
  });
}

type Leaf = Omit<SummaryNode, 'generated' | 'expanded' | 'children'> &
  Partial<Pick<SummaryNode, 'generated'>>;

function leaf(node: Leaf): SummaryNode {
  return { generated: false, ...node, expanded: false, children: [] };
}

/** The icon for a kind of symbol, under any language's name for it. */
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
