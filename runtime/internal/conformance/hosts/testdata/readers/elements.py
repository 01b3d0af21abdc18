"""Prints the text of every element of the given names, one JSON string a line."""

import html.parser
import json
import sys


class Reader(html.parser.HTMLParser):
    def __init__(self, names):
        super().__init__()
        self.names, self.open = names, []

    def handle_starttag(self, tag, attributes):
        if tag in self.names:
            self.open.append("")

    def handle_data(self, data):
        self.open = [text + data for text in self.open]

    def handle_endtag(self, tag):
        if tag in self.names:
            print(json.dumps(self.open.pop()))


reader = Reader(sys.argv[1:])
reader.feed(sys.stdin.read())
reader.close()
