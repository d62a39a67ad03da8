# What stands before: objects that an earlier plan applied, and the releases of Helm that are named.
set -e
kubectl apply --server-side --field-manager switchback -f old/objects.yaml > /dev/null
for release in "$@"; do
    helm install $release old/$release --wait > /dev/null &
done
wait
kubectl rollout status deployment/notebooks > /dev/null
kubectl rollout status deployment/scheduler > /dev/null
