# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads gettext's PO files: enough to compare what two of them hold."""
import ast
import re

KEYWORD = re.compile(r'^(msgctxt|msgid_plural|msgid|msgstr(?:\[\d+\])?)\s+(".*")$')


class Message:
    def __init__(self):
        self.context = None
        self.id = None
        self.plural = None
        self.strings = {}
        self.flags = set()

    @property
    def key(self):
        return (self.context, self.id, self.plural)


def unquote(text):
    # PO's escapes are C's, of which Python's are a superset.
    return ast.literal_eval(text)


def read(text):
    """The messages of a PO file, its header (the empty msgid) left out; obsolete ones too."""
    messages = []
    for block in re.split(r'\n\s*\n', text):
        message, field = Message(), None
        for line in block.split('\n'):
            if line.startswith('#,'):
                message.flags |= {f.strip() for f in line[2:].split(',')}
            if line.startswith('#'):
                continue
            match = KEYWORD.match(line)
            if match:
                field = match.group(1)
                put(message, field, unquote(match.group(2)))
            elif line.startswith('"') and field:
                put(message, field, unquote(line))
        if message.id:
            messages.append(message)
    return messages


def put(message, field, words):
    if field == 'msgctxt':
        message.context = (message.context or '') + words
    elif field == 'msgid':
        message.id = (message.id or '') + words
    elif field == 'msgid_plural':
        message.plural = (message.plural or '') + words
    else:
        message.strings[field] = message.strings.get(field, '') + words
