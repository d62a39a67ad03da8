//go:build tools

// Package kwok pins the program that the test cluster is built from.
package kwok

import _ "sigs.k8s.io/kwok/cmd/kwok"
