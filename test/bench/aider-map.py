"""Prints the files of Aider's repository map, most important first: python aider-map.py <folder>"""

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
repo_map = RepoMap(map_tokens=1 << 20, root=root, main_model=Counter(), io=InputOutput(pretty=False, yes=True))
seen = []
for tag in repo_map.get_ranked_tags([], files, set(), set()):
    file = tag[0] if isinstance(tag, tuple) and len(tag) == 1 else getattr(tag, "rel_fname", tag[0])
    if file not in seen:
        seen.append(file)
print("\n".join(seen))
