#!/bin/sh
# Starts WebKitWebDriver with these arguments and a display. WEBKIT_ROOT, if set, is the folder of the unpacked Debian packages.
# WebKit's paths are compiled in, so the packages are mounted over /usr in a private namespace. Everything ends with this process,
# and nothing is left in /tmp.
set -eu
cd "${WEBKIT_ROOT:-/}"
export HOME=/tmp
# WebKit's sandbox would need a nested namespace.
export WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS=1
exec unshare --user --map-root-user --mount --pid --fork --kill-child sh -euc '
  if [ -n "${WEBKIT_ROOT:-}" ]; then mount -t overlay overlay -o lowerdir=usr:/usr /usr; fi
  mount -t tmpfs tmpfs /tmp
  cd /tmp
  mkfifo display
  Xvfb -displayfd 3 -nolisten tcp -screen 0 1280x1024x24 3>display &
  read -r number <display
  export DISPLAY=":$number"
  exec WebKitWebDriver "$@"' webkit "$@"
