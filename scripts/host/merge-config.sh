# shellcheck shell=bash
# The operator's configuration and a new version's become one. Sourced by upgrade.sh; ROOT is its.

# merge_config BASE_COMMIT NEW_FOLDER OUT_FOLDER: what the operator has not touched follows the new version, what only the
# operator has touched stays, what both have is merged line by line; where they disagree the operator's lines win, and the new
# file is put beside it as FILE.new.
merge_config() {
  local base=$1 new=$2 out=$3 file
  cp -a "$ROOT/config" "$out"
  find "$out" -name '*.new' -delete
  while IFS= read -r -d '' file; do
    merge_file "$base" "$new" "$out" "$file"
  done < <({ git -C "$ROOT" ls-tree -r -z --name-only "$base" -- config | sed -z 's|^config/||'; (cd "$new" && find . -type f -print0 | sed -z 's|^\./||'); } | sort -zu)
}

merge_file() {
  local base=$1 new=$2/$4 out=$3/$4 name=$4 before
  before=$(mktemp)
  git -C "$ROOT" show "$base:config/$name" >"$before" 2>/dev/null || : >"$before"
  if [ ! -e "$new" ]; then
    # Gone in the new version: an untouched copy goes, too.
    if [ -e "$out" ] && cmp -s "$out" "$before"; then rm "$out" && say "  $name: no longer used, removed"; fi
  elif [ ! -e "$out" ]; then
    # New there; or taken away by the operator, and it stays away.
    if ! git -C "$ROOT" cat-file -e "$base:config/$name" 2>/dev/null; then put_new "$new" "$out" && say "  $name: new"; fi
  elif cmp -s "$new" "$before" || cmp -s "$new" "$out"; then
    :
  elif cmp -s "$out" "$before"; then
    put_new "$new" "$out" && say "  $name: as in the new version"
  elif git merge-file -q "$out" "$before" "$new"; then
    say "  $name: your changes merged with the new version's"
  else
    cp "$ROOT/config/$name" "$out"
    put_new "$new" "$out.new"
    say "  $name: changed by you and by the new version in the same place: yours stays, see $name.new"
  fi
  rm -f "$before"
}

put_new() {
  mkdir -p "$(dirname "$2")"
  cp "$1" "$2"
}

# put_config FROM TO: file by file, each whole at once; mode and owner of a file that is there stay.
put_config() {
  local from=$1 to=$2 file
  while IFS= read -r -d '' file; do
    if cmp -s "$from/$file" "$to/$file"; then continue; fi
    mkdir -p "$(dirname "$to/$file")"
    cp "$from/$file" "$to/$file.octant-put"
    if [ -e "$to/$file" ]; then
      chmod --reference="$to/$file" "$to/$file.octant-put"
      chown --reference="$to/$file" "$to/$file.octant-put" 2>/dev/null || true
    fi
    mv "$to/$file.octant-put" "$to/$file"
  done < <(cd "$from" && find . -type f -print0)
  while IFS= read -r -d '' file; do
    [ -e "$from/$file" ] || rm "$to/$file"
  done < <(cd "$to" && find . -type f -print0)
}
