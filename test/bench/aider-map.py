"""Prints the files of Aider's repository map, most important first: python aider-map.py <folder>

With a number of tokens it prints the map itself: python aider-map.py <folder> <tokens>
"""

import os
import subprocess
import sys

from aider.io import InputOutput
from aider.repomap import RepoMap


class Counter:
    def token_count(self, text):
        return len(text) // 4


root = os.path.abspath(sys.argv[1])
files = subprocess.run(["git", "ls-files"], cwd=root, capture_output=True, text=True, check=True).stdout.split("\n")
files = [os.path.join(root, file) for file in files if file]
tokens = int(sys.argv[2]) if len(sys.argv) > 2 else 1 << 20
repo_map = RepoMap(
    map_tokens=tokens,
    root=root,
    main_model=Counter(),
    io=InputOutput(pretty=False, yes=True),
    map_mul_no_files=1,
)
if len(sys.argv) > 2:
    print(repo_map.get_repo_map([], files) or "")
    sys.exit()
seen = []
for tag in repo_map.get_ranked_tags([], files, set(), set()):
    file = tag[0] if isinstance(tag, tuple) and len(tag) == 1 else getattr(tag, "rel_fname", tag[0])
    if file not in seen:
        seen.append(file)
print("\n".join(seen))
