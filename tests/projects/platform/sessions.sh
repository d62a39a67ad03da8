# Moves sessions, a part after the other. It tells its process, and the one that watches it, in `started`.
echo "sessions: 1 of 2 parts moved"
kubectl create configmap sessions --from-literal moved=half > /dev/null
echo "$$ $PPID" > ../started
sleep 2
kubectl patch configmap sessions --type merge --patch '{"data":{"moved":"all"}}' > /dev/null
echo "sessions: 2 of 2 parts moved"
