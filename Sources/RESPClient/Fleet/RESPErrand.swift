// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// How a command may travel.
public struct RESPErrand: Sendable, Hashable {
  /// Whether it may run twice, whatever others do in between.
  public var isRepeatable: Bool
  /// Whether it changes nothing, so that a copy may answer where the fleet's plan says so.
  public var isReading: Bool
  /// Whether it may go to a server that is only about to hold its slot. What is compared with a
  /// version of the server that holds it now may not.
  public var mayBeAsked: Bool

  /// An errand.
  public init(isRepeatable: Bool = false, isReading: Bool = false, mayBeAsked: Bool = true) {
    self.isRepeatable = isRepeatable
    self.isReading = isReading
    self.mayBeAsked = mayBeAsked
  }

  /// One that changes nothing.
  public static let reading = RESPErrand(isRepeatable: true, isReading: true)
  /// One that may run twice.
  public static let repeatable = RESPErrand(isRepeatable: true)
  /// One that may run once.
  public static let once = RESPErrand()
}
