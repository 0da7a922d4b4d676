#!/bin/sh
# Pins every dependency with its hashes; the files name no host.
set -eu
tool=$(mktemp -d)
python3 -m venv "$tool"
"$tool/bin/pip" install --quiet pip-tools
compile="$tool/bin/pip-compile --quiet --generate-hashes --no-emit-index-url --no-emit-find-links \
--no-emit-trusted-host --strip-extras --allow-unsafe --no-header --no-annotate"
$compile -o requirements/run.lock pyproject.toml requirements/build.in
$compile --extra ocr --extra pictures --extra test --extra check --extra docs -c requirements/run.lock -o requirements/dev.lock pyproject.toml requirements/build.in
rm -rf "$tool"
