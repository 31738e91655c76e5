#!/usr/bin/env bash
# Fill the container once: PyTorch without CUDA (2 GB less), the course, a browser for the tests.
set -euo pipefail
cd "$(dirname "$0")/.."
sudo apt-get update && sudo apt-get install -y --no-install-recommends chromium
torch=$(grep '^torch==' requirements.txt)
python3 -m venv .venv
.venv/bin/python -m pip install "$torch" --index-url https://download.pytorch.org/whl/cpu
make .venv/installed
.venv/bin/python -m course_utils doctor
