#!/usr/bin/env bash
# Makes the machine ready, restores Cake, and hands over: ./build.sh --target=Render. What it says itself goes to standard error.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")"

needs=()
[[ " $* " != *" --target=Test "* ]] || needs=(--tests)
[[ " $* " != *" --target=Bench "* ]] || needs+=(--bench)
if ! typed=$(sh blender/install.sh --check "${needs[@]}"); then
  if [[ $EUID -eq 0 ]]; then
    sh blender/install.sh "${needs[@]}" >&2
  elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
    sudo -n sh blender/install.sh "${needs[@]}" >&2
  else
    echo "This machine lacks what rendering needs. Type this, then try again:" >&2
    echo "  $typed" >&2
    exit 7
  fi
fi

if ! command -v dotnet >/dev/null; then
  echo "The .NET SDK 10 is missing: get it from https://dotnet.microsoft.com/download/dotnet/10.0" >&2
  exit 7
fi

export DOTNET_NOLOGO=1 DOTNET_CLI_WORKLOAD_UPDATE_NOTIFY_DISABLE=true
# .NET refuses to start without ICU, which the kit has no use for.
if ! { ldconfig -p 2>/dev/null || /sbin/ldconfig -p; } | grep -q libicuuc; then
  export DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1
fi

# "dotnet tool restore" takes a second, so only where Cake is not there yet. A wrong guess costs that second.
if [[ ! -d ${NUGET_PACKAGES:-$HOME/.nuget/packages}/cake.tool/7.0.0 ]] ||
  ! grep -qs '"7\.0\.0"' "${DOTNET_CLI_HOME:-$HOME}/.dotnet/toolResolverCache/1/cake.tool"; then
  dotnet tool restore >&2
fi

exec dotnet cake "$@"
