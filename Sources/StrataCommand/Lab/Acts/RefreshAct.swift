// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import Strata
import StrataCore

/// An entry is refreshed before it expires, and nobody waits.
struct RefreshAct: LabAct {
  let title = "Refresh before expiry"
  let story =
    "A new edition is out. The article is read on, past its refresh point, before it expires."

  func perform(in lab: Lab) async throws -> [LabFact] {
    let old = lab.source.edition
    let fresh = try await loadAnew(lab)
    _ = lab.source.takeLoads()
    let new = lab.source.publish()
    var calls: [LabCall] = []
    for _ in 0..<40 {
      try await lab.pause(.milliseconds(50))
      let call = try await lab.call(2)
      calls.append(call)
      if call.edition == new { break }
    }
    let loads = lab.source.takeLoads()
    let stale = calls.filter(\.reply.isStale).count
    return [
      .promise(
        "edition \(old) was read until edition \(new) was there",
        fresh && calls.last?.edition == new),
      .promise("\(loads) load, behind the callers' backs", loads == 1),
      .promise("\(stale) stale answers in \(calls.count) calls", stale == 0),
      .measure("the slowest caller waited \(calls.slowest.shown), the source takes 300 ms"),
    ]
  }

  private func loadAnew(_ lab: Lab) async throws -> Bool {
    let cache = try await lab.cache()
    try await cache.remove(2)
    return try await lab.call(2).edition == lab.source.edition
  }
}
