#!/usr/bin/env bash
# Builds native/build/libreclabtorch.so over the libtorch it finds: LIBTORCH (an unpacked libtorch), a CUDA build inside a Python torch
# installation where there is an NVIDIA card, the system's development package, then any other Python torch.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

python_torch() {
  local folder
  folder=$("${PYTHON:-python3}" -c 'import torch; print(torch.utils.cmake_prefix_path)' 2>/dev/null) || return 1
  [ -f "$folder/Torch/TorchConfig.cmake" ] && echo "$folder"
}

prefix=''
if [ -n "${LIBTORCH:-}" ]; then
  [ -f "$LIBTORCH/share/cmake/Torch/TorchConfig.cmake" ] || { echo "LIBTORCH is '$LIBTORCH', but it holds no share/cmake/Torch/TorchConfig.cmake." >&2; exit 2; }
  prefix="$LIBTORCH"; why="LIBTORCH"
elif command -v nvidia-smi >/dev/null 2>&1 && prefix=$(python_torch); then why="a Python torch beside an NVIDIA card"
elif find /usr/lib /usr/share /usr/local -name TorchConfig.cmake 2>/dev/null | grep -q .; then prefix=''; why="the system"
elif prefix=$(python_torch); then why="a Python torch installation"
else echo 'No libtorch was found: install libtorch-dev, or set LIBTORCH to an unpacked libtorch.' >&2; exit 2
fi

echo "libtorch from $why${prefix:+ ($prefix)}"
cmake -S . -B build ${prefix:+-DCMAKE_PREFIX_PATH="$prefix"} >build.log 2>&1 || { cat build.log >&2; rm -f build.log; exit 1; }
cmake --build build --parallel "$(nproc)" >>build.log 2>&1 || { grep -E 'error|Error' build.log >&2; rm -f build.log; exit 1; }
rm -f build.log
ls build/libreclabtorch.so
