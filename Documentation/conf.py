# SPDX-License-Identifier: GPL-2.0-only
"""Sphinx configuration; "make docs" at the top of the tree runs it.

Some pages are made from the sources while the documentation is built, so that
they cannot say something else: the ioctls and the format of recordings from the
kernel-doc comments of the headers in kernel/uapi/linux, the table of reasons from kernel/model/fx.h, and
the list of differences from KVM out of the lab's own.
why.rst and tracing.rst explain by hand what those headers name; a name that is
missing there, or that the headers do not have, is an error.
"""

import glob
import os
import re
import subprocess

import sphinx
from sphinx.errors import ExtensionError

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(HERE)
GENERATED = os.path.join(TOP, 'build', 'docs-generated')
UAPI_HEADER = 'kernel/uapi/linux/virqchip.h'
RECORD_HEADER = 'kernel/uapi/linux/virqchip_record.h'
WHY_HEADER = 'kernel/model/fx.h'
TRACE_HEADER = 'kernel/trace.h'
DIFFERENCES = 'tools/lab/expected-differences.txt'

project = 'virqchip'
# pylint: disable=redefined-builtin
copyright = 'the virqchip developers'
version = release = re.search(
    r'MODULE_VERSION\("([^"]+)"\)',
    open(os.path.join(TOP, 'kernel/main.c'), encoding='utf-8').read()).group(1)
master_doc = 'index'
extensions = []
primary_domain = 'c'
highlight_language = 'none'
html_theme = 'alabaster'
html_theme_options = {
    'description': 'Interrupt controllers that show what they do',
    'page_width': '72em',
    'fixed_sidebar': True,
}
html_copy_source = False
# Included by performance.rst, no page of its own.
exclude_patterns = ['instructions.rst', 'qemu.rst', 'scale.rst', 'watching.rst']


def read(path):
    """Return the text of a file of the tree."""
    with open(os.path.join(TOP, path), encoding='utf-8') as file:
        return file.read()


def find_kernel_doc():
    """Return the path of the kernel's scripts/kernel-doc."""
    cache = os.environ.get('XDG_CACHE_HOME', os.path.expanduser('~/.cache'))
    candidates = [os.environ.get('KERNEL_DOC', '')]
    candidates += sorted(
        glob.glob('/usr/src/linux-headers-*-common/scripts/kernel-doc'))
    candidates.append(os.path.join(
        cache, 'virqchip/linux-source/linux/scripts/kernel-doc'))
    for path in candidates:
        if os.access(path, os.X_OK):
            return path
    raise ExtensionError(
        'no scripts/kernel-doc: install linux-headers-amd64, '
        'or name it in the variable KERNEL_DOC')


def generate_uapi(header=UAPI_HEADER):
    """Turn the kernel-doc comments of a UAPI header into RST."""
    run = subprocess.run(
        [find_kernel_doc(), '-rst', '-sphinx-version', sphinx.__version__,
         os.path.join(TOP, header)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
    if run.returncode or run.stderr:
        raise ExtensionError('kernel-doc: %s' % run.stderr)
    # RST wants something between the end of bold type and a bracket.
    return re.sub(r'(\*\*\w+\*\*)\[', r'\1\\ [', run.stdout)


def reasons():
    """Return name and words of each enum vqc_why."""
    found = re.findall(r'^\tX\((\w+),\s*"([^"]+)"\)', read(WHY_HEADER), re.M)
    if not found:
        raise ExtensionError('no reasons found in ' + WHY_HEADER)
    return found


def generate_why():
    """Return a table of all reasons, in the order of the header."""
    lines = ['.. list-table::', '   :header-rows: 1', '   :widths: 30 70', '',
             '   * - Name', '     - In words']
    for name, words in reasons():
        lines += ['   * - ``%s``' % name, '     - %s' % words]
    return '\n'.join(lines) + '\n'


def generate_differences():
    """Return tables of what KVM does otherwise, by the lab's headings."""
    lines = []
    for line in read(DIFFERENCES).splitlines():
        heading = re.match(r'^# -+ (.*?) -+$', line)
        fields = [field.strip() for field in line.lstrip('? ').split('|')]
        if heading:
            lines += ['', '**%s**' % heading.group(1), '', '.. list-table::',
                      '   :header-rows: 1', '   :widths: 34 33 33', '',
                      '   * - What a guest of the lab checks',
                      '     - Source', '     - What KVM does']
        elif not line.startswith('#') and len(fields) == 4:
            lines += ['   * - %s' % fields[1], '     - %s' % fields[2],
                      '     - %s' % fields[3]]
    if not lines:
        raise ExtensionError('no differences found in ' + DIFFERENCES)
    return '\n'.join(lines) + '\n'


def first_sentence(text):
    """Return the first sentence of the comment that follows the licence."""
    comment = re.search(r'/\*(.*?)\*/', text, re.S).group(1)
    comment = ' '.join(comment.replace('\n *', '\n').split())
    return re.match(r'.*?[.:](?=\s|$)|.*', comment).group(0).rstrip(':.')


def generate_suites():
    """Return a table of the KUnit suites, their files and their cases."""
    lines = ['.. list-table::', '   :header-rows: 1', '   :widths: 30 10 60',
             '', '   * - Suite', '     - Cases', '     - What it covers']
    for path in sorted(glob.glob(os.path.join(TOP, 'kunit', '*_kunit.c'))):
        text = read(path)
        cases = len(re.findall(r'^\tKUNIT_CASE', text, re.M))
        name = re.search(r'"(virqchip_\w+)"', text).group(1)
        lines += ['   * - ``%s``' % name, '     - %d' % cases,
                  '     - %s' % first_sentence(text)]
    return '\n'.join(lines) + '\n'


def check_names(page, pattern, wanted):
    """Each name of wanted is explained on the page once, and no other."""
    told = re.findall(pattern, read('Documentation/' + page), re.M)
    for name in sorted(set(told) ^ set(wanted)):
        raise ExtensionError('%s: %s is %s' % (
            page, name, 'not explained' if name in wanted else 'unknown'))
    if len(told) != len(set(told)):
        raise ExtensionError('%s explains a name twice' % page)


def generate(_app):
    """Write the generated parts, and check those that are kept by hand."""
    os.makedirs(GENERATED, exist_ok=True)
    for name, make in (('uapi.rst', generate_uapi),
                       ('recording.rst',
                        lambda: generate_uapi(RECORD_HEADER)),
                       ('why.rst', generate_why),
                       ('differences.rst', generate_differences),
                       ('suites.rst', generate_suites)):
        with open(os.path.join(GENERATED, name), 'w',
                  encoding='utf-8') as file:
            file.write(make())
    check_names('why.rst', r'^``(\w+)``$', [name for name, _ in reasons()])
    check_names('tracing.rst', r'^``(virqchip_\w+)``$',
                re.findall(r'^TRACE_EVENT_FN\((\w+),', read(TRACE_HEADER),
                           re.M))


def setup(app):
    """Called by Sphinx."""
    app.connect('builder-inited', generate)
