//go:build tools

// Package helm pins the program that the test cluster is built from.
package helm

import _ "helm.sh/helm/v4/cmd/helm"
