"""Downloads and unpacks the packages named in sources.txt, with the ordinary clients (npm, apt-get), by package name.

    python3 fetch.py FOLDER      →  FOLDER/{npm,deb,src}/<package>/…

A package that a registry no longer serves is reported and skipped; what is already unpacked is not fetched again.
"""
import os
import re
import subprocess
import sys
import tarfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

SOURCES = Path(__file__).parent / "sources.txt"


def sources(path=SOURCES):
    """(registry, split, package) for every package of the list."""
    for line in path.read_text().splitlines():
        words = line.split()
        if words and not words[0].startswith("#"):
            for package in words[2:]:
                yield words[0], words[1], package


def folder_of(root, registry, package):
    return Path(root) / registry / package.replace("/", "__")


def fetch_npm(root, package):
    target = folder_of(root, "npm", package)
    downloads = Path(root) / "download" / "npm" / target.name
    downloads.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(["npm", "pack", package, "--silent", "--pack-destination", str(downloads)], capture_output=True, text=True, cwd=downloads)
    archives = list(downloads.glob("*.tgz"))
    if done.returncode or not archives:
        return f"npm {package}: {done.stderr.strip().splitlines()[-1:] or 'nothing came'}"
    unpack(archives[0], target)
    return None


def fetch_deb(root, package):
    downloads = Path(root) / "download" / "deb" / package
    downloads.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(["apt-get", "download", package], capture_output=True, text=True, cwd=downloads)
    archives = list(downloads.glob("*.deb"))
    if done.returncode or not archives:
        return f"deb {package}: {done.stderr.strip()[:100]}"
    target = folder_of(root, "deb", package)
    target.mkdir(parents=True, exist_ok=True)
    subprocess.run(["dpkg-deb", "-x", archives[0], target], check=True)
    (target / ".version").write_text(re.sub(r"%3a", ":", archives[0].name.split("_")[1]))
    return None


def fetch_src(root, package, options):
    downloads = Path(root) / "download" / "src" / package
    downloads.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(["apt-get", *options, "source", "--download-only", package], capture_output=True, text=True, cwd=downloads)
    archives = [p for p in downloads.iterdir() if re.search(r"\.tar\.(gz|xz|bz2)$", p.name)]
    if done.returncode or not archives:
        return f"src {package}: {done.stderr.strip()[:100]}"
    target = folder_of(root, "src", package)
    for archive in sorted(archives, key=lambda p: ".debian.tar" in p.name):
        unpack(archive, target / "debian" if ".debian.tar" in archive.name else target)
    description = next(downloads.glob("*.dsc")).name
    (target / ".version").write_text(description[: -len(".dsc")].split("_")[1])
    return None


def unpack(archive, target):
    """Unpacks without the archive's single top folder, plain files only."""
    with tarfile.open(archive) as tar:
        for member in tar:
            parts = Path(member.name).parts[1:]
            if member.isfile() and parts and ".." not in parts and member.size < 4_000_000:
                path = target.joinpath(*parts)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(tar.extractfile(member).read())


def source_options(root):
    """apt-get options for a private package list that has sources, so that the machine's own list stays as it is."""
    lists = Path(root) / "apt"
    (lists / "lists" / "partial").mkdir(parents=True, exist_ok=True)
    (lists / "parts").mkdir(exist_ok=True)
    for path in Path("/etc/apt/sources.list.d").glob("debian*.sources"):
        (lists / "parts" / path.name).write_text(re.sub(r"^Types:.*$", "Types: deb deb-src", path.read_text(), flags=re.M))
    options = ["-o", f"Dir::Etc::sourceparts={lists}/parts", "-o", "Dir::Etc::sourcelist=/dev/null", "-o", f"Dir::State::lists={lists}/lists"]
    subprocess.run(["apt-get", *options, "update", "-qq"], check=True)
    return options


def main(root):
    wanted = [s for s in sources() if not folder_of(root, s[0], s[2]).exists()]
    options = source_options(root) if any(s[0] == "src" for s in wanted) else []

    def fetch(item):
        registry, _, package = item
        if registry == "npm":
            return fetch_npm(root, package)
        if registry == "deb":
            return fetch_deb(root, package)
        return fetch_src(root, package, options)

    with ThreadPoolExecutor(int(os.environ.get("JOBS", "4"))) as pool:
        for problem in pool.map(fetch, wanted):
            if problem:
                print(problem, file=sys.stderr)


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
