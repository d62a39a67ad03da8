#!/bin/sh
# Who waits for `began` knows that this runs; the log is what the sweep counts.
echo "$1" > ../began
sleep 0.7
echo "$2" > data/version
echo "$1" >> ../effects.log
