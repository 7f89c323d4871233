// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import Strata
import StrataCore

/// An invalidation while a load is under way.
struct InvalidationAct: LabAct {
  let title = "An invalidation during a load"
  let story =
    "A load has read the old edition and takes its time. A new edition is published and the key removed."

  func perform(in lab: Lab) async throws -> [LabFact] {
    let cache = try await lab.cache()
    try await cache.remove(4)
    let old = lab.source.edition
    async let slow = lab.call(4)
    try await lab.pause(.milliseconds(100))
    let new = lab.source.publish()
    try await cache.remove(4)
    let during = try await lab.call(4)
    let first = try await slow
    try await lab.pause(.milliseconds(200))
    let after = try await lab.call(4)
    return [
      .promise(
        "the caller who asked before got edition \(old), the one it asked for", first.edition == old
      ),
      .promise("a caller who asked after the removal got edition \(new)", during.edition == new),
      .promise("the old edition did not come back into the cache", after.edition == new),
    ]
  }
}
