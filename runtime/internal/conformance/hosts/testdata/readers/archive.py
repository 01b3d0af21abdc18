"""Prints name, mode and SHA-256 of everything in an archive, as tarfile and zipfile of Python read it."""

import hashlib
import sys
import tarfile
import zipfile

name = sys.argv[1]
if name.endswith(".zip"):
    with zipfile.ZipFile(name) as archive:
        assert archive.testzip() is None
        for entry in archive.infolist():
            mode = entry.external_attr >> 16 & 0o7777
            print(entry.filename.rstrip("/"), oct(mode), "" if entry.is_dir() else hashlib.sha256(archive.read(entry)).hexdigest())
else:
    with tarfile.open(name) as archive:
        for entry in archive:
            content = archive.extractfile(entry)
            print(entry.name, oct(entry.mode), "" if content is None else hashlib.sha256(content.read()).hexdigest())
