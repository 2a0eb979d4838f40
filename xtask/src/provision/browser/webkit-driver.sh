#!/bin/sh
# Starts WebKitWebDriver with these arguments and a display for it. WEBKIT_ROOT, if set, is where Debian's packages are
# unpacked: WebKit has its paths inside, so they are laid over /usr, in a namespace that nothing else sees. All ends with
# this process, and leaves nothing in /tmp.
set -eu
cd "${WEBKIT_ROOT:-/}"
export HOME=/tmp
# It would want a namespace within ours.
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
