// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

// Applications import `Strata` alone: the vocabulary of the core comes with it.
@_exported public import StrataCore
