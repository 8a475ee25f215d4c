#!/usr/bin/env bash
# Builds the native shim against the CUDA libtorch found on this machine and prints the table of bench/gpu/README.md.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
command -v nvidia-smi >/dev/null || { echo 'No NVIDIA card was found (nvidia-smi is missing): this measures nothing on other machines.' >&2; exit 1; }
nvidia-smi --query-gpu=name,driver_version,memory.total --format=csv,noheader
bash native/build.sh
export PYTHON="${PYTHON:-python3}"
exec dotnet run --project bench/RecLab.Bench -c Release -- gpu
