// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import CacheTracing

extension Strata {
  /// Records the spans of every cache with the stage `tracing` from now on; `nil` records none.
  ///
  /// A reload of the plan keeps the tracer of each cache; call it again for caches that are new.
  public func trace(with tracer: (any CacheTracer)?) {
    for (_, stage) in stages(CacheTracing.self) { stage.tracer = tracer }
  }
}
