#!/bin/sh
# The log is what the sweep counts: each line is one time that this ran.
echo "$1" >> ../effects.log
echo "$2" > data/version
