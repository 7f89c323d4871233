// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

/// Where a cache's tracer is put, and stays when the plan is reloaded.
final class TracerSlot: Sendable {
  private let slot = Lock<(any CacheTracer)?>(nil)

  var tracer: (any CacheTracer)? {
    get { slot.withLock { $0 } }
    set { slot.withLock { $0 = newValue } }
  }
}
