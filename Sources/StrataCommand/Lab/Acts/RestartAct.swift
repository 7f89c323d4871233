// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import Strata
import StrataCore

/// The process ends and starts again.
struct RestartAct: LabAct {
  let title = "A restart"
  let story = "The service stops and starts again. The memory tier is empty; the file tier is not."

  func perform(in lab: Lab) async throws -> [LabFact] {
    let before = try await lab.call(5)
    await lab.stop()
    _ = lab.source.takeLoads()
    let first = try await lab.call(5)
    let second = try await lab.call(5)
    let loads = lab.source.takeLoads()
    return [
      .promise(
        "the first call was answered by '\(first.reply.tier ?? "nobody")'",
        first.reply.tier == "disk"),
      .promise("the second by '\(second.reply.tier ?? "nobody")'", second.reply.tier == "memory"),
      .promise(
        "\(loads) loads, and the same edition", loads == 0 && first.edition == before.edition),
      .measure("the first call took \(first.took.shown)"),
    ]
  }
}
