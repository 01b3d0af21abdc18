"""Holds a JSON file against a JSON schema (draft 2020-12)."""

import json
import sys

import jsonschema


def load(name):
    with open(name, encoding="utf-8") as file:
        return json.load(file)


schema, document = load(sys.argv[1]), load(sys.argv[2])
jsonschema.Draft202012Validator.check_schema(schema)
for error in jsonschema.Draft202012Validator(schema).iter_errors(document):
    sys.exit(error.json_path + ": " + error.message)
