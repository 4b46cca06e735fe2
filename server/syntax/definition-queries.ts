/**
 * Tree-sitter queries for definitions, by grammar. A pattern captures the whole definition under its kind, in the
 * language's own word, its name as `@name`, and its type as `@container` where a member is not nested in it.
 * `@exported` captures names exported apart from their definition. Only what other files or an overview can use is
 * captured: the top level and members of types.
 */
import type { Node } from 'web-tree-sitter';

export interface Grammar {
  /** The part of the file name after `tree-sitter-`. */
  readonly name: string;
  readonly query: string;
  /** The name of a definition, if it is not what `@name` captures. */
  readonly named?: (definition: Node, name: string) => string;
  /** The depth at which matches may start, if all are nearer to the root than the default. */
  readonly deepest?: number;
  /** Whether a definition is visible outside its file. */
  readonly exported: (definition: Node, name: string, source: string) => boolean;
}

const always = (): boolean => true;
const unlessPrivate = (definition: Node): boolean =>
  !hasChild(definition, /modifier|specifier/, /\b(?:private|fileprivate)\b/);

const scriptDefinitions = ['program', 'export_statement']
  .flatMap(parent => [
    `(${parent} (function_declaration name: (_) @name) @function)`,
    `(${parent} (generator_function_declaration name: (_) @name) @function)`,
    `(${parent} (class_declaration name: (_) @name) @class)`,
    `(${parent} (lexical_declaration (variable_declarator name: (identifier) @name value: [(arrow_function) (function_expression) (generator_function)]) @function))`,
    `(${parent} (variable_declaration (variable_declarator name: (identifier) @name value: [(arrow_function) (function_expression)]) @function))`,
  ])
  .concat(
    '(export_statement (lexical_declaration (variable_declarator name: (identifier) @name) @constant))',
    '(export_statement (variable_declaration (variable_declarator name: (identifier) @name) @variable))',
    '(class_body (method_definition name: (property_identifier) @name) @method)',
    '(program (expression_statement (assignment_expression left: (member_expression property: (property_identifier) @name) right: [(function_expression) (arrow_function) (class)]) @function))',
    '(export_statement "default" @name value: [(function_expression) (arrow_function)]) @function',
    '(export_statement "default" @name value: (class)) @class',
    '(program (expression_statement (assignment_expression left: (identifier) right: (assignment_expression left: (member_expression property: (property_identifier) @name) right: [(function_expression) (arrow_function) (class)]) @function)))',
    '(export_specifier name: (identifier) @exported)',
  )
  .join('\n');

const typeScriptDefinitions = ['program', 'export_statement', 'statement_block']
  .flatMap(parent => [
    `(${parent} (interface_declaration name: (_) @name) @interface)`,
    `(${parent} (type_alias_declaration name: (_) @name) @type)`,
    `(${parent} (enum_declaration name: (_) @name) @enum)`,
    `(${parent} (abstract_class_declaration name: (_) @name) @class)`,
    `(${parent} (function_signature name: (_) @name) @function)`,
    `(${parent} (internal_module name: (identifier) @name) @namespace)`,
  ])
  .concat(
    '(program (expression_statement (internal_module name: (identifier) @name) @namespace))',
    '(program (ambient_declaration (_ name: (identifier) @name) @declaration))',
    '(class_body (abstract_method_signature name: (property_identifier) @name) @method)',
  )
  .join('\n');

const exportedByStatement = (definition: Node): boolean => {
  for (let at: Node | null = definition; at !== null; at = at.parent) {
    if (at.type === 'export_statement') return true;
    if (at.type === 'assignment_expression') return /^(?:module\.)?exports\b/.test(at.text.slice(0, 20));
    if (at.type === 'method_definition' || at.type === 'abstract_method_signature') {
      if (hasChild(at, /^accessibility_modifier$/, /private/)) return false;
    }
  }
  return false;
};

/** `module.exports = function plan () {}` defines `plan`. */
const namedByValue = (definition: Node, name: string): string =>
  name === 'exports' && definition.type === 'assignment_expression'
    ? (definition.childForFieldName('right')?.childForFieldName('name')?.text ?? name)
    : name;

const script: Omit<Grammar, 'name'> = {
  query: scriptDefinitions,
  named: namedByValue,
  exported: exportedByStatement,
};
const typeScript: Omit<Grammar, 'name'> = {
  query: `${scriptDefinitions.replaceAll('(class_declaration name: (_)', '(class_declaration name: (type_identifier)')}\n${typeScriptDefinitions}`,
  named: namedByValue,
  exported: exportedByStatement,
};

const c = [
  'function_definition declarator: (function_declarator declarator: (_) @name)',
  'function_definition declarator: (pointer_declarator declarator: (function_declarator declarator: (_) @name))',
  'function_definition declarator: (reference_declarator (function_declarator declarator: (_) @name))',
]
  .map(pattern => `(${pattern}) @function`)
  .concat(
    '(struct_specifier name: (type_identifier) @name body: (_)) @struct',
    '(class_specifier name: (type_identifier) @name body: (_)) @class',
    '(union_specifier name: (type_identifier) @name body: (_)) @union',
    '(enum_specifier name: (type_identifier) @name body: (_)) @enum',
    '(type_definition declarator: (type_identifier) @name) @type',
    '(preproc_def name: (identifier) @name value: (_)) @macro',
    '(preproc_function_def name: (identifier) @name) @macro',
    '(namespace_definition name: (namespace_identifier) @name) @namespace',
  )
  .join('\n');

const cGrammar: Grammar = {
  name: 'cpp',
  query: c,
  exported: definition => !hasChild(definition, /^storage_class_specifier$/, /static/),
};

/** The receiver type of a method in Go and Rust, with or without type parameters. */
const namedType = '(type_identifier) @container (generic_type type: (type_identifier) @container)';

/** By language id, as in `workspace/language.ts`. */
export const grammars: Readonly<Record<string, Grammar>> = {
  typescript: { name: 'typescript', ...typeScript },
  typescriptreact: { name: 'tsx', ...typeScript },
  javascript: { name: 'javascript', ...script },
  javascriptreact: { name: 'javascript', ...script },
  python: {
    name: 'python',
    query: `
      (module (function_definition name: (_) @name) @function)
      (module (decorated_definition definition: (function_definition name: (_) @name)) @function)
      (class_definition name: (_) @name) @class
      (class_definition body: (block (function_definition name: (_) @name) @method))
      (class_definition body: (block (decorated_definition definition: (function_definition name: (_) @name)) @method))
      (module (expression_statement (assignment left: (identifier) @name) @constant))`,
    exported: (_, name) => !name.startsWith('_') || /^__\w+__$/.test(name),
  },
  go: {
    name: 'go',
    query: `
      (function_declaration name: (_) @name) @function
      (method_declaration receiver: (parameter_list (parameter_declaration type: [${namedType} (pointer_type [${namedType}])])) name: (_) @name) @method
      (method_declaration name: (_) @name) @method
      (source_file (type_declaration (type_spec name: (_) @name type: (struct_type)) @struct))
      (source_file (type_declaration (type_spec name: (_) @name type: (interface_type)) @interface))
      (source_file (type_declaration (type_spec name: (_) @name) @type))
      (source_file (const_declaration (const_spec name: (identifier) @name) @constant))
      (source_file (var_declaration (var_spec name: (identifier) @name) @variable))
      (source_file (var_declaration (var_spec_list (var_spec name: (identifier) @name) @variable)))`,
    // Functions contain no declarations that others see.
    deepest: 1,
    exported: (_, name) => /^\p{Lu}/u.test(name),
  },
  rust: {
    name: 'rust',
    query: [
      ...[`impl_item type: [${namedType}]`, 'impl_item', 'trait_item'].map(
        type => `(${type} body: (declaration_list (function_item name: (_) @name) @method))`,
      ),
      ...['source_file', 'declaration_list'].flatMap(parent => [
        `(${parent} (function_item name: (_) @name) @function)`,
        `(${parent} (struct_item name: (_) @name) @struct)`,
        `(${parent} (enum_item name: (_) @name) @enum)`,
        `(${parent} (union_item name: (_) @name) @union)`,
        `(${parent} (trait_item name: (_) @name) @trait)`,
        `(${parent} (type_item name: (_) @name) @type)`,
        `(${parent} (const_item name: (_) @name) @constant)`,
        `(${parent} (static_item name: (_) @name) @static)`,
        `(${parent} (macro_definition name: (_) @name) @macro)`,
        `(${parent} (function_signature_item name: (_) @name) @function)`,
      ]),
    ].join('\n'),
    // Methods in a module in a module, or in a function of one.
    deepest: 5,
    exported: ({ startIndex }, _, source) =>
      /^(?:pub|macro_rules)\b/.test(source.slice(startIndex, startIndex + 12)),
  },
  java: {
    name: 'java',
    query: `
      (class_declaration name: (_) @name) @class
      (interface_declaration name: (_) @name) @interface
      (enum_declaration name: (_) @name) @enum
      (record_declaration name: (_) @name) @record
      (annotation_type_declaration name: (_) @name) @annotation
      (method_declaration name: (_) @name) @method`,
    exported: unlessPrivate,
  },
  csharp: {
    name: 'c-sharp',
    query: `
      (class_declaration name: (_) @name) @class
      (interface_declaration name: (_) @name) @interface
      (struct_declaration name: (_) @name) @struct
      (enum_declaration name: (_) @name) @enum
      (record_declaration name: (_) @name) @record
      (delegate_declaration name: (_) @name) @delegate
      (method_declaration name: (_) @name) @method
      (property_declaration name: (_) @name) @property`,
    exported: unlessPrivate,
  },
  ruby: {
    name: 'ruby',
    query: `
      (class name: (_) @name) @class
      (module name: (_) @name) @module
      (method name: (_) @name) @method
      (singleton_method name: (_) @name) @method`,
    exported: always,
  },
  php: {
    name: 'php',
    query: `
      (class_declaration name: (_) @name) @class
      (interface_declaration name: (_) @name) @interface
      (trait_declaration name: (_) @name) @trait
      (enum_declaration name: (_) @name) @enum
      (function_definition name: (_) @name) @function
      (method_declaration name: (_) @name) @method`,
    exported: unlessPrivate,
  },
  // A C header may be C++, whose grammar parses both.
  c: cGrammar,
  cpp: cGrammar,
  'cuda-cpp': cGrammar,
  shellscript: {
    name: 'bash',
    query: '(function_definition name: (_) @name) @function',
    exported: always,
  },
};

function hasChild(node: Node, type: RegExp, text: RegExp): boolean {
  return node.children.some(child => child !== null && type.test(child.type) && text.test(child.text));
}
