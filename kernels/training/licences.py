"""Which licences the corpus may hold, from package.json (npm) and from debian/copyright, file by file (Debian)."""
import json
import re
from fnmatch import translate
from pathlib import Path

_PERMISSIVE = re.compile(r"^(mit|expat|x11|isc|0bsd|zlib|cc0|unlicense|apache|bsd)(?![a-z])", re.I)
_COPYLEFT_OR_RESTRICTED = re.compile(r"gpl|mpl|epl|cddl|sspl|commons[- ]clause|advertising|proprietary|noncommercial", re.I)


def permissive(expression):
    """True if permissive licences alone satisfy an expression: all parts of `and`, one part of `or`."""
    expression = re.sub(r"[()]", " ", expression).strip()
    if not expression:
        return False
    for alternative in re.split(r"\s+or\s+|\s*\|\s*|\s*/\s*", expression, flags=re.I):
        parts = [p.strip() for p in re.split(r"\s+and\s+|\s+with\s+|\s*,\s*|\s*;\s*|\s*&\s*", alternative, flags=re.I)]
        parts = [p for p in parts if p and p.lower() != "llvm-exception"]
        if parts and all(_PERMISSIVE.match(p) and not _COPYLEFT_OR_RESTRICTED.search(p) for p in parts):
            return True
    return False


def npm_licence(folder):
    try:
        licence = json.loads((Path(folder) / "package.json").read_text()).get("license", "")
    except (OSError, ValueError):
        return ""
    return licence.get("type", "") if isinstance(licence, dict) else str(licence)


class DebianCopyright:
    """The `Files:` stanzas of a machine-readable debian/copyright. The last stanza that matches a path decides (copyright format 1.0).

    A binary package rearranges files, so there `loose` drops a path if its tail matches any stanza that is not permissive.
    """

    def __init__(self, text):
        self.stanzas = []
        for stanza in re.split(r"\n\s*\n", text):
            fields = {}
            name = None
            for line in stanza.splitlines():
                if re.match(r"^[A-Za-z-]+:", line):
                    name, value = line.split(":", 1)
                    name = name.lower()
                    fields[name] = value.strip()
                elif name == "files" and line[:1] in " \t":
                    fields[name] += " " + line.strip()
            if "files" in fields and "license" in fields:
                globs = fields["files"].split()
                self.stanzas.append((globs, fields["license"], permissive(fields["license"])))
        self.main = next((licence for globs, licence, _ in self.stanzas if "*" in globs), "")

        def union(globs):
            return re.compile("|".join(translate(g) for g in globs)) if globs else None

        self._exact = [(union(globs), licence, ok) for globs, licence, ok in self.stanzas]
        tails = set()
        for globs, _, ok in self.stanzas:
            for glob in globs:
                if not ok and glob != "*" and not glob.startswith("debian/"):
                    tails.add("*/" + glob)
                    parts = glob.split("/")
                    if len(parts) > 2:  # the first folder (src, lib, the package's own name) may differ where it is installed
                        tails.add("*/" + "/".join(parts[1:]))
        self._tails = union(sorted(t for t in tails if t not in ("*/*", "*/*/*")))

    def allows(self, path):
        verdict = False
        for pattern, _, ok in self._exact:
            if pattern.match(path):
                verdict = ok
        return verdict

    def allows_loose(self, path):
        return permissive(self.main) and not (self._tails and self._tails.match("/" + path))
