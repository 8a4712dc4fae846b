#!/bin/sh
# The tests ask a real Ollama where there is one. Where there isn't, but Go is, one is built: four minutes on two cores,
# once. Where neither is, those tests are skipped and say so.
set -u
VERSION=0.12.11 # the first that gives log-probabilities
HOME_OF_IT="${XDG_CACHE_HOME:-$HOME/.cache}/tanya/ollama-$VERSION"

[ -x "$HOME_OF_IT/bin/ollama" ] && exit 0
command -v ollama >/dev/null 2>&1 && exit 0
if ! command -v go >/dev/null 2>&1 || ! command -v g++ >/dev/null 2>&1; then
    echo "No Ollama, and no Go with g++ to build it: the tests with a real Ollama are skipped."
    exit 0
fi
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT

# Prints the folder of a Go module's source, and fetches it where need be.
module() { go mod download -json "$1" | sed -n 's/^\t"Dir": "\(.*\)",*$/\1/p'; }

# Go's own download of this version lacks the folder `vendor` with three libraries' headers, so that `go install` fails.
# Two lie in an older version of Ollama, the third in a module that wraps it.
build() {
    source=$(module "github.com/ollama/ollama@v$VERSION") && older=$(module github.com/ollama/ollama@v0.11.4) &&
        audio=$(module github.com/gen2brain/malgo@v0.11.23) && cp -r "$source" "$work/ollama" || return 1
    chmod -R u+w "$work/ollama"
    headers="$work/ollama/llama/llama.cpp/vendor"
    mkdir -p "$headers/nlohmann" "$headers/stb" "$headers/miniaudio" &&
        cp "$older/llama/llama.cpp/common/json.hpp" "$headers/nlohmann/" &&
        echo '#include "json.hpp"' >"$headers/nlohmann/json_fwd.hpp" &&
        cp "$older/llama/llama.cpp/common/stb_image.h" "$headers/stb/" &&
        cp "$audio/miniaudio.h" "$headers/miniaudio/" || return 1
    # Without these flags Go builds for the oldest x86-64, several times slower; with AMX on, its build doesn't link.
    case "$(uname -m)" in
        x86_64) flags="-O3 -march=native -mno-amx-tile -mno-amx-int8 -mno-amx-bf16" ;;
        *) flags="-O3" ;;
    esac
    cd "$work/ollama" && CGO_ENABLED=1 CGO_CFLAGS="$flags" CGO_CXXFLAGS="$flags" \
        CGO_CPPFLAGS="-DGGML_USE_CPU_REPACK" go build -o "$HOME_OF_IT/bin/ollama" \
        -ldflags="-s -w -X github.com/ollama/ollama/version.Version=$VERSION" .
}

echo "Building Ollama $VERSION for the tests (four minutes on two cores, once) ..."
export GOTOOLCHAIN=local
if ! build >"$work/log" 2>&1; then
    echo "Building Ollama failed, so the tests with a real Ollama are skipped; its last words:"
    tail -5 "$work/log"
fi
