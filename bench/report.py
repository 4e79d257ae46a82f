"""What both parts of the benchmark write into their report."""
import datetime
import os
import platform
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)


def processor():
    try:
        with open('/proc/cpuinfo') as lines:
            for line in lines:
                if line.startswith('model name'):
                    return line.split(':', 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def machine():
    return '%s, %d cores' % (processor(), os.cpu_count())


def commit():
    """The commit of the sources, with today's date."""
    def git(*arguments):
        # the benchmark may run as another user than the owner of the sources
        done = subprocess.run(['git', '-c', 'safe.directory=*', '-C', ROOT] + list(arguments),
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        return done.stdout.strip()

    short_name = git('rev-parse', '--short', 'HEAD') or 'unknown'
    changed = git('status', '--porcelain', '--', 'src', 'Makefile')
    return '%s%s, %s' % (short_name, ' with changes' if changed else '', datetime.date.today().isoformat())


def write_section(path, name, text):
    """Puts text between the markers of a section of the report; what stands around them stays."""
    begin, end = '<!-- %s: begin -->' % name, '<!-- %s: end -->' % name
    section = '%s\n\n%s\n\n%s' % (begin, text.strip(), end)
    old = ''
    if os.path.exists(path):
        with open(path, encoding='utf-8') as file:
            old = file.read()
    if begin in old and end in old:
        new = old[:old.index(begin)] + section + old[old.index(end) + len(end):]
    else:
        new = (old.rstrip() + '\n\n' if old.strip() else '# Speed\n\n') + section + '\n'
    with open(path, 'w', encoding='utf-8') as file:
        file.write(new)
