// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

// Applications import `Strata` alone: the vocabulary of the core comes with it, and that of the
// stages to which they speak.
@_exported public import CacheMetrics
@_exported public import CacheTracing
@_exported public import HotKeys
@_exported public import InvalidationRules
@_exported public import StrataCore
@_exported public import VersionedKeys
@_exported public import Warming
