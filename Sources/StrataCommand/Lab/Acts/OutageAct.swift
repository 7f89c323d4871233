// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import Strata
import StrataCore

/// The source dies, and stale answers hold.
struct OutageAct: LabAct {
  let title = "The source dies"
  let story = "The source fails. The article expires; callers keep asking for three seconds."

  func perform(in lab: Lab) async throws -> [LabFact] {
    _ = try await lab.call(3)
    lab.source.fail(true)
    try await lab.pause(.milliseconds(2500))
    _ = lab.source.takeLoads()
    var calls: [LabCall] = []
    for _ in 0..<30 {
      calls.append(try await lab.call(3))
      try await lab.pause(.milliseconds(100))
    }
    let loads = lab.source.takeLoads()
    let errors = calls.filter(\.failed).count
    let stale = calls.filter { $0.reply.isStale && $0.edition != nil }.count
    return [
      .promise("\(errors) errors in \(calls.count) calls", errors == 0),
      .promise("\(stale) stale answers, each marked as stale", stale == calls.count),
      .promise("the dead source was tried \(loads) times, at most every 500 ms", loads <= 8),
      .measure("the slowest caller waited \(calls.slowest.shown)"),
    ]
  }
}
