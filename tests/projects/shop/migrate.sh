# Migrates the shop's data: `up` or `down`. Files of the folder above say how it goes. `broken`: it fails. `slow`: it
# waits until that file is gone, having told its process and that of its supervisor in `started`. `shown`: it asks for
# the terminal's screen first.
echo "migrate: $1 begins"
if test -e ../shown; then
    touch ../look
    while test -e ../look; do sleep 0.02; done
fi
echo "$$ $PPID" > ../started
while test -e ../slow; do sleep 0.02; done
if test -e ../broken && test "$1" = up; then
    echo "migrate: table orders"
    echo "migrate: column total: 3 rows do not fit" >&2
    exit 3
fi
echo "$1" > data/schema
echo "migrate: $1 ends"
