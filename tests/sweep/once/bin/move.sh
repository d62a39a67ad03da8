#!/bin/sh
# The log is what the sweep counts: each line is one time that this did its work.
[ "$1" = back ] && [ -e ../block ] && exit 1
echo "$1" >> ../effects.log
echo "$2" > data/version
