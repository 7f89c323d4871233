// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import Strata
import StrataCore

/// The same article again, many times.
struct HitAct: LabAct {
  let title = "Hits"
  let story = "The article is asked for 100,000 times more, without await."

  func perform(in lab: Lab) async throws -> [LabFact] {
    _ = lab.source.takeLoads()
    let cache = try await lab.cache()
    let count = 100_000
    let began = lab.runtime.now
    var hits = 0
    for _ in 0..<count where cache.cached(1) != nil { hits += 1 }
    let each = (lab.runtime.now - began) / count
    let loads = lab.source.takeLoads()
    return [
      .promise("\(hits) of \(count) answered in this process", hits == count),
      .promise("\(loads) loads", loads == 0),
      .measure("\(each.shown) each"),
    ]
  }
}
