# Waits until the hook of the portal's upgrade is at work.
phase='{.items[*].status.phase}'
until kubectl get pods -l job-name=portal-sessions -o jsonpath="$phase" | grep -q Running; do sleep 0.2; done
