// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import Strata
import StrataCore

/// The source comes back.
struct RecoveryAct: LabAct {
  let title = "The source recovers"
  let story = "The source answers again, with a new edition."

  func perform(in lab: Lab) async throws -> [LabFact] {
    lab.source.fail(false)
    let new = lab.source.publish()
    var calls = 0
    var last: LabCall?
    let began = lab.runtime.now
    repeat {
      try await lab.pause(.milliseconds(50))
      last = try await lab.call(3)
      calls += 1
    } while last?.edition != new && calls < 100
    let took = lab.runtime.now - began
    return [
      .promise(
        "edition \(new) is served, fresh", last?.edition == new && last?.reply.isStale == false),
      .measure("after \(took.shown), \(calls) calls"),
    ]
  }
}
