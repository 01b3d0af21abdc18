"""Prints a JSON document as Python writes it."""

import json
import sys

json.dump(json.load(sys.stdin), sys.stdout)
