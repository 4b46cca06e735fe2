/** Build manifests: Maven, Gradle, CMake, .NET, setup.py. */
import { type Fact, lineAt, matches, optional, type Said, usual } from './manifest.ts';
import { developmentStatus } from './packages.ts';

export function readPom(text: string): Said {
  // The project's own elements precede its dependencies', the only deeper ones with these names.
  const parent = text.indexOf('<parent>');
  const parentEnd = parent < 0 ? -1 : text.indexOf('</parent>', parent);
  const element = (tag: string): Fact | undefined => {
    const open = `<${tag}>`;
    for (let at = text.indexOf(open); at >= 0; at = text.indexOf(open, at + 1)) {
      if (parentEnd >= 0 && at > parent && at < parentEnd) continue;
      const end = text.indexOf('<', at + open.length);
      if (end < 0) return undefined;
      const value = text.slice(at + open.length, end).trim();
      if (value !== '' && text.startsWith(`</${tag}>`, end))
        return { text: value.replace(/\s+/g, ' '), line: lineAt(text, at) };
    }
    return undefined;
  };
  return {
    ...optional('name', element('name') ?? element('artifactId')),
    ...optional('description', element('description')),
    entries: [],
    commands: [
      ...usual('mvn package', 'mvn test', 'mvn test -Dtest=<Class>'),
      ...matches(text, /<artifactId>(spring-boot-maven-plugin)</)
        .slice(0, 1)
        .map(({ line }) => ({ name: 'mvn spring-boot:run', text: '', line })),
      ...matches(text, /<artifactId>(quarkus-maven-plugin)</)
        .slice(0, 1)
        .map(({ line }) => ({ name: 'mvn quarkus:dev', text: '', line })),
    ],
    links: matches(text, /<module>([^<\s]+)<\/module>/),
  };
}

export function readCMake(text: string): Said {
  const project = /^[ \t]*project[ \t]*\(\s*([\w.-]+)/im.exec(text);
  const description = /\bDESCRIPTION\s+"([^"]+)"/.exec(text);
  const entries = [...text.matchAll(/\badd_executable\s*\(\s*[\w${}.-]+\s+([\w/.-]+\.\w+)/gi)].map(match => ({
    text: match[1]!,
    role: 'executable',
    line: lineAt(text, match.index),
  }));
  return {
    ...optional('name', project ? { text: project[1]!, line: lineAt(text, project.index) } : undefined),
    ...optional(
      'description',
      description ? { text: description[1]!, line: lineAt(text, description.index) } : undefined,
    ),
    entries,
    commands: [],
  };
}

export function readSetupPy(text: string): Said {
  const field = (name: string): Fact | undefined => {
    const match = new RegExp(`^[ \\t]*${name}[ \\t]*=[ \\t]*['"]([^'"]+)['"]`, 'm').exec(text);
    return match ? { text: match[1]!, line: lineAt(text, match.index + match[0].length) } : undefined;
  };
  return {
    ...optional('name', field('name')),
    ...optional('description', field('description')),
    ...optional('warning', developmentStatus(text)),
    entries: [],
    commands: [],
  };
}

export function readSetupCfg(text: string): Said {
  const field = (name: string): Fact | undefined => {
    const match = new RegExp(`^${name}[ \\t]*=[ \\t]*(\\S.*)$`, 'm').exec(text);
    return match ? { text: match[1]!.trim(), line: lineAt(text, match.index) } : undefined;
  };
  return {
    ...optional('name', field('name')),
    ...optional('description', field('description')),
    ...optional('warning', developmentStatus(text)),
    entries: [],
    commands: [],
  };
}

/** Groovy and Kotlin scripts, including the settings that list modules. */
export function readGradle(text: string, path: string): Said {
  const isSettings = /settings\.gradle(?:\.kts)?$/.test(path);
  const links = [
    ...matches(text, /\bproject\(\s*(?:path *[:=] *)?['"](:[\w:.-]+)['"]/),
    ...matches(text, /\bprojects((?:\.[a-zA-Z]\w*)+)\)/).map(fact => ({
      ...fact,
      text: accessor(fact.text),
    })),
    ...(isSettings ? matches(text, /^\s*include[ (]+['"](:?[\w:.-]+)['"]/) : []),
  ];
  const applies = (plugin: string, command: string): { name: string; text: string; line: number }[] =>
    matches(text, new RegExp(`(${plugin})`))
      .slice(0, 1)
      .map(({ line }) => ({ name: command, text: '', line }));
  const name = isSettings ? matches(text, /rootProject\.name *= *['"]([^'"]+)['"]/)[0] : undefined;
  return {
    ...optional('name', name),
    entries: [],
    commands: isSettings
      ? usual('gradle build', 'gradle test')
      : [
          ...applies('org\\.springframework\\.boot', 'gradle bootRun'),
          ...applies('id[ (]+[\'"]application[\'"]', 'gradle run'),
        ],
    links,
  };
}

/** Gradle's accessor `.core.designSystem` is the module `:core:design-system`. */
function accessor(written: string): string {
  return written.replaceAll('.', ':').replace(/(?<=[a-z0-9])[A-Z]/g, letter => `-${letter.toLowerCase()}`);
}

/** A .NET project: its references, and whether it is a program, a web application or tests. */
export function readDotnet(text: string, path: string): Said {
  const name = path.slice(path.lastIndexOf('/') + 1).replace(/\.\w+$/, '');
  const isProgram =
    /Sdk="(?:Microsoft\.NET\.Sdk\.(?:Web|Worker)|Aspire\.AppHost\.Sdk[^"]*)"|<OutputType>(?:Win)?Exe</i.test(
      text,
    );
  const isTest = /<IsTestProject>true|Microsoft\.NET\.Test\.Sdk|MSTest\.Sdk|"xunit(?:\.v3)?"|"NUnit"/i.test(
    text,
  );
  return {
    name: { text: name, line: 1 },
    ...optional('description', matches(text, /<Description>([^<]+)<\/Description>/)[0]),
    entries: isProgram && !isTest ? [{ text: 'Program.cs', role: 'program', line: 1 }] : [],
    commands: isTest ? usual(`dotnet test ${path}`) : isProgram ? usual(`dotnet run --project ${path}`) : [],
    links: matches(text, /<ProjectReference\s+Include="([^"]+)"/).map(fact => ({
      ...fact,
      text: fact.text.replaceAll('\\', '/'),
    })),
  };
}

/** A solution: builds and tests everything at once. */
export function readSolution(_text: string, path: string): Said {
  return { entries: [], commands: usual(`dotnet build ${path}`, `dotnet test ${path}`) };
}

export function readGemspec(text: string): Said {
  const field = (name: string): Fact | undefined =>
    matches(text, new RegExp(`^ *\\w+\\.${name} *= *(?:%q\\{|['"])([^'"}]+)`))[0];
  return {
    ...optional('name', field('name')),
    ...optional('description', field('description') ?? field('summary')),
    entries: matches(text, /^ *\w+\.executables *= *(?:\[ *['"]|%w[[{(] *)([\w-]+)/).map(fact => ({
      ...fact,
      text: `bin/${fact.text}`,
      role: 'command',
    })),
    commands: [],
  };
}

export function readGemfile(): Said {
  return { entries: [], commands: usual('bundle install') };
}

export function readSwiftPackage(text: string): Said {
  const programs = matches(text, /\.executableTarget\(\s*name: *"([^"]+)"/);
  return {
    ...optional('name', matches(text, /^\s*name: *"([^"]+)"/)[0]),
    entries: programs.flatMap(({ text: name, line }) => [
      { text: `Sources/${name}/main.swift`, role: 'program', line },
      { text: `Sources/${name}/${name}.swift`, role: 'program', line },
    ]),
    commands: usual('swift build', 'swift test'),
  };
}

export function readMix(text: string): Said {
  return {
    ...optional('name', matches(text, /^\s*app: *:(\w+)/)[0]),
    ...optional('description', matches(text, /^\s*description: *"([^"]+)"/)[0]),
    entries: [],
    commands: usual('mix deps.get', 'mix test'),
  };
}
