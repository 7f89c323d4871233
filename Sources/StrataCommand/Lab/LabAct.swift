// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

/// One thing that the lab shows: what happens, and what must be seen.
protocol LabAct: Sendable {
  /// Its heading.
  var title: String { get }
  /// What is about to happen, in a sentence.
  var story: String { get }
  /// Lets it happen and says what was seen.
  func perform(in lab: Lab) async throws -> [LabFact]
}

/// Something that was seen, and whether it is what was promised.
struct LabFact: Sendable {
  let text: String
  let holds: Bool

  /// A fact that is a promise: it must hold.
  static func promise(_ text: String, _ holds: Bool) -> LabFact {
    LabFact(text: text, holds: holds)
  }

  /// A measurement, for information.
  static func measure(_ text: String) -> LabFact { LabFact(text: text, holds: true) }
}
