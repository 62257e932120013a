# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the part of YAML that our own papers use: block mappings and lists, plain and quoted text,
flow lists and mappings on one line, and folded text (>-). Anything else is an error."""
import json
import re

KEY = re.compile(r'^("(?:[^"\\]|\\.)*"|[^\s"\'{}\[\],#&*!|>%@`:][^:]*|/[^:]*):(?: +(.*))?$')


def scalar(text):
    if text.startswith('"'):
        return json.loads(text)
    if text.startswith("'"):
        return text[1:-1].replace("''", "'")
    if text in ('null', '~', ''):
        return None
    if text in ('true', 'false'):
        return text == 'true'
    if re.fullmatch(r'-?\d+', text):
        return int(text)
    if re.fullmatch(r'-?\d+\.\d+(?:e[+-]?\d+)?', text):
        return float(text)
    return text


class Flow:
    """One line of [..] or {..}."""

    def __init__(self, text):
        self.text, self.at = text, 0

    def space(self):
        while self.at < len(self.text) and self.text[self.at] == ' ':
            self.at += 1

    def value(self):
        self.space()
        c = self.text[self.at]
        if c == '[':
            return self.many(']', lambda out: out.append(self.value()), [])
        if c == '{':
            def pair(out):
                key = self.value()
                self.space()
                assert self.text[self.at] == ':', self.text
                self.at += 1
                out[key] = self.value()
            return self.many('}', pair, {})
        found = re.compile(r'"(?:[^"\\]|\\.)*"|\'(?:[^\']|\'\')*\'|[^,\[\]{}:]+(?::(?! )[^,\[\]{}:]*)*').match(self.text, self.at)
        self.at = found.end()
        return scalar(found.group().strip())

    def many(self, close, one, out):
        self.at += 1
        self.space()
        while self.text[self.at] != close:
            one(out)
            self.space()
            if self.text[self.at] == ',':
                self.at += 1
                self.space()
        self.at += 1
        return out


class Reader:
    def __init__(self, text):
        self.lines = [(len(l) - len(l.lstrip(' ')), l.strip()) for l in text.split('\n') if l.strip() and not l.lstrip().startswith('#')]
        self.at = 0

    def inline(self, text, indent):
        if text[:2] in ('>-', '|-') or text in ('>', '|'):
            folded = []
            while self.at < len(self.lines) and self.lines[self.at][0] > indent:
                folded.append(self.lines[self.at][1])
                self.at += 1
            return (' ' if text[0] == '>' else '\n').join(folded)
        if text[0] in '[{':
            flow = Flow(text)
            value = flow.value()
            assert flow.at == len(text), text
            return value
        return scalar(text)

    def block(self, indent):
        return self.list(indent) if self.lines[self.at][1].startswith('- ') else self.mapping(indent)

    def list(self, indent):
        out = []
        while self.at < len(self.lines) and self.lines[self.at][0] == indent and self.lines[self.at][1].startswith('- '):
            rest = self.lines[self.at][1][2:].lstrip()
            if rest[0] not in '[{"' and KEY.match(rest):
                self.lines[self.at] = (indent + 2, rest)
                out.append(self.mapping(indent + 2))
            else:
                self.at += 1
                out.append(self.inline(rest, indent))
        return out

    def mapping(self, indent):
        out = {}
        while self.at < len(self.lines) and self.lines[self.at][0] == indent and not self.lines[self.at][1].startswith('- '):
            found = KEY.match(self.lines[self.at][1])
            assert found, f'no key: {self.lines[self.at][1]!r}'
            key = scalar(found.group(1))
            self.at += 1
            assert key not in out, f'{key} twice'
            if found.group(2):
                out[key] = self.inline(found.group(2), indent)
            elif self.at < len(self.lines) and (self.lines[self.at][0] > indent or (self.lines[self.at][0] == indent and self.lines[self.at][1].startswith('- '))):
                out[key] = self.block(self.lines[self.at][0])
            else:
                out[key] = None
        return out


def load(text):
    reader = Reader(text)
    value = reader.block(0)
    assert reader.at == len(reader.lines), f'not understood: {reader.lines[reader.at]}'
    return value
