/** Modules that come with a language: an import of one never means a file of the repository. */
import { isBuiltin } from 'node:module';

/** Names in `sys.stdlib_module_names` of Python 3.8 to 3.14, without private ones. */
const python = new Set(
  `abc aifc annotationlib argparse array ast asynchat asyncio asyncore atexit audioop base64 bdb binascii binhex
  bisect builtins bz2 cProfile calendar cgi cgitb chunk cmath cmd code codecs codeop collections colorsys compileall
  compression concurrent configparser contextlib contextvars copy copyreg crypt csv ctypes curses dataclasses datetime
  dbm decimal difflib dis distutils doctest email encodings ensurepip enum errno faulthandler fcntl filecmp fileinput
  fnmatch formatter fractions ftplib functools gc genericpath getopt getpass gettext glob graphlib grp gzip hashlib
  heapq hmac html http idlelib imaplib imghdr imp importlib inspect io ipaddress itertools json keyword lib2to3
  linecache locale logging lzma mailbox mailcap marshal math mimetypes mmap modulefinder msilib msvcrt multiprocessing
  netrc nis nntplib nt ntpath numbers opcode operator optparse os ossaudiodev parser pathlib pdb pickle pickletools
  pipes pkgutil platform plistlib poplib posix posixpath pprint profile pstats pty pwd py_compile pyclbr pydoc pyexpat
  queue quopri random re readline reprlib resource rlcompleter runpy sched secrets select selectors shelve shlex
  shutil signal site smtpd smtplib sndhdr socket socketserver spwd sqlite3 sre_compile sre_constants sre_parse ssl
  stat statistics string stringprep struct subprocess sunau symbol symtable sys sysconfig syslog tabnanny tarfile
  telnetlib tempfile termios textwrap this threading time timeit tkinter token tokenize tomllib trace traceback
  tracemalloc tty turtle types typing unicodedata unittest urllib uu uuid venv warnings wave weakref webbrowser winreg
  winsound wsgiref xdrlib xml xmlrpc zipapp zipfile zipimport zlib zoneinfo`.split(/\s+/),
);

/** Ruby's standard library, as far as its names are likely in repositories. */
const ruby = new Set(
  `base64 benchmark bigdecimal bundler cgi coverage csv date delegate digest drb English erb etc fcntl fiddle fileutils
  find forwardable getoptlong io ipaddr irb json logger matrix monitor mutex_m net objspace observer open3 open-uri
  openssl optparse ostruct pathname pp prettyprint prime pstore psych pty rdoc readline reline resolv rinda ripper
  securerandom set shellwords singleton socket stringio strscan syslog tempfile time timeout tmpdir tsort un uri weakref
  yaml zlib`.split(/\s+/),
);

export function isStandardPython(module: string): boolean {
  return python.has(module.split(/[./]/, 1)[0]!);
}

export function isStandardRuby(required: string): boolean {
  return ruby.has(required.split('/', 1)[0]!);
}

/** Node's own modules take precedence over packages, unless a slash follows the name. */
export function isStandardScript(target: string): boolean {
  return isBuiltin(target);
}
