#!/bin/sh
# The tests ask a real Ollama where there is one. Where there isn't, but Go is, the last version that Go alone can build
# is built: three minutes on two cores, once. Where neither is, those tests are skipped and say so.
set -u
VERSION=0.11.4
HOME_OF_IT="${XDG_CACHE_HOME:-$HOME/.cache}/tanya/ollama-$VERSION"

[ -x "$HOME_OF_IT/bin/ollama" ] && exit 0
command -v ollama >/dev/null 2>&1 && exit 0
if ! command -v go >/dev/null 2>&1 || ! command -v g++ >/dev/null 2>&1; then
    echo "No Ollama, and no Go with g++ to build it: the tests with a real Ollama are skipped."
    exit 0
fi
# Without these flags Go builds for the oldest x86-64, several times slower; with AMX on, its build doesn't link.
case "$(uname -m)" in
    x86_64) flags="-O3 -march=native -mno-amx-tile -mno-amx-int8 -mno-amx-bf16" ;;
    *) flags="-O3" ;;
esac
echo "Building Ollama $VERSION for the tests (three minutes on two cores, once) ..."
log=$(mktemp)
if CGO_ENABLED=1 GOTOOLCHAIN=local GOBIN="$HOME_OF_IT/bin" CGO_CFLAGS="$flags" CGO_CXXFLAGS="$flags" \
    CGO_CPPFLAGS="-DGGML_USE_CPU_AARCH64" go install \
    -ldflags="-s -w -X github.com/ollama/ollama/version.Version=$VERSION" "github.com/ollama/ollama@v$VERSION" \
    >"$log" 2>&1
then
    rm -f "$log"
else
    echo "Building Ollama failed, so the tests with a real Ollama are skipped; its last words:"
    tail -5 "$log"
fi
