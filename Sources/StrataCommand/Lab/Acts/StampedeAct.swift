// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import Strata
import StrataCore

/// Fifty callers miss one key at the same time.
struct StampedeAct: LabAct {
  let title = "A stampede"
  let story =
    "Fifty callers ask for the same article at once. Nothing is cached; the source takes 300 ms."

  func perform(in lab: Lab) async throws -> [LabFact] {
    _ = lab.source.takeLoads()
    let calls = try await lab.calls(50, 1)
    let loads = lab.source.takeLoads()
    let answered = calls.filter { $0.edition == lab.source.edition }.count
    return [
      .promise("\(loads) load for \(calls.count) callers", loads == 1),
      .promise("\(answered) callers answered with the article", answered == 50),
      .measure("the slowest waited \(calls.slowest.shown)"),
    ]
  }
}
